--TEST--
A builder whose reservation has ended meanwhile stores nothing, and waits for nobody
--EXTENSIONS--
static_cache
--SKIPIF--
<?php
if (!function_exists('pcntl_fork')) die('skip needs pcntl');
?>
--INI--
opcache.static_cache.volatile_size_mb=8
opcache.static_cache.pinned_size_mb=8
opcache.static_cache.lock_timeout_ms=60000
--FILE--
<?php
require __DIR__ . '/../helpers/child.inc';
require __DIR__ . '/../helpers/compare.inc';

/** A process that builds 'old' until it is told to end, and then tells what it got. */
function builder(string $backend, string $key): Child
{
    $child = new Child(function (Child $parent) use ($backend, $key) {
        $parent->tell(of($backend, 'remember')($key, function () use ($parent) {
            $parent->tell('building');
            $parent->hear();
            return 'old';
        }));
        $parent->hear();
    });
    $child->hear();
    return $child;
}

function end_of(Child $builder): string
{
    $builder->tell('end');
    return $builder->hear();
}

foreach (['volatile', 'pinned'] as $backend) {
    [$remember, $fetch, $store, $delete] = array_map(fn($name) => of($backend, $name), ['remember', 'fetch', 'store', 'delete']);
    $ends = [
        'delete' => fn() => $delete('k'),
        'delete_array' => fn() => of($backend, 'delete_array')(['k']),
        'delete_prefix' => fn() => of($backend, 'delete_prefix')('k'),
        'clear' => of($backend, 'clear'),
        'opcache_reset' => opcache_reset(...),
    ];
    foreach ($ends as $end => $call) {
        $other = builder($backend, 'k');
        $call();
        $got = end_of($other);
        echo "$backend, $end: got $got, stored is ", $fetch('k', 'nothing');
        $other->tell('exit');
        $other->join();

        $other = builder($backend, 'k');
        $call();
        $now = $remember('k', fn() => 'new');
        $got = end_of($other);
        echo "; then built anew: got $got, stored is ", $fetch('k'), "\n";
        $other->tell('exit');
        $other->join();
        $delete('k');
    }

    // While somebody else builds.
    $other = builder($backend, 'k');
    $delete('k');
    $now = $remember('k', function () use ($other, &$got) {
        $got = end_of($other);
        return 'new';
    });
    echo "got $got and $now, stored is ", $fetch('k'), "\n";
    $other->tell('exit');
    $other->join();

    // The same request.
    $fiber = new Fiber(fn() => $remember('fiber', function () {
        Fiber::suspend();
        return 'of the fiber';
    }));
    $fiber->start();
    $main = $remember('fiber', fn() => 'of main');
    $fiber->resume();
    echo "$main, {$fiber->getReturn()}, stored is ", $fetch('fiber'), "\n";

    $fiber = new Fiber(fn() => $remember('anew', function () {
        Fiber::suspend();
        throw new LogicException('thrown in the fiber');
    }));
    $fiber->start();
    $delete('anew');
    of($backend, 'lock')('anew');
    echo outcome(fn() => $fiber->resume()), ', what was reserved since is still: ', json_encode(of($backend, 'unlock')('anew')), "\n";

    $got = $remember('itself', fn() => $store('itself', 'stored by the builder') ? 'returned' : null);
    echo "$got, stored is ", $fetch('itself'), "\n";

    // By the methods of what was built.
    $got = $remember('methods', fn() => new class_of_methods(fn() => $delete('methods')));
    echo get_class($got), ', stored is ', json_encode($fetch('methods', 'nothing')), "\n";
}

final class class_of_methods
{
    public function __construct(private Closure $call) {}

    public function __serialize(): array
    {
        ($this->call)();
        return [];
    }

    public function __unserialize(array $data): void {}
}

// Nothing can be reserved: stored only if nobody else has.
for ($large = 0; OPcache\pinned_store("large$large", str_repeat('x', 30_000)); $large++);
for ($small = 0; OPcache\pinned_store("small$small", 1); $small++);
var_dump(OPcache\pinned_lock('full'));
foreach (['stored meanwhile', null] as $stored) {
    $got = OPcache\pinned_remember('full', function () use ($stored, &$large) {
        OPcache\pinned_delete('large' . --$large);
        if ($stored) {
            OPcache\pinned_store('full', $stored);
        }
        return 'built';
    });
    echo "$got, stored is ", OPcache\pinned_fetch('full'), "\n";
    OPcache\pinned_delete('full');
    for (; OPcache\pinned_store("small$small", 1); $small++);
}
?>
--EXPECT--
volatile, delete: got old, stored is nothing; then built anew: got old, stored is new
volatile, delete_array: got old, stored is nothing; then built anew: got old, stored is new
volatile, delete_prefix: got old, stored is nothing; then built anew: got old, stored is new
volatile, clear: got old, stored is nothing; then built anew: got old, stored is new
volatile, opcache_reset: got old, stored is nothing; then built anew: got old, stored is new
got old and new, stored is new
of main, of the fiber, stored is of main
LogicException: thrown in the fiber, what was reserved since is still: true
returned, stored is stored by the builder
class_of_methods, stored is "nothing"
pinned, delete: got old, stored is nothing; then built anew: got old, stored is new
pinned, delete_array: got old, stored is nothing; then built anew: got old, stored is new
pinned, delete_prefix: got old, stored is nothing; then built anew: got old, stored is new
pinned, clear: got old, stored is nothing; then built anew: got old, stored is new
pinned, opcache_reset: got old, stored is nothing; then built anew: got old, stored is new
got old and new, stored is new
of main, of the fiber, stored is of main
LogicException: thrown in the fiber, what was reserved since is still: true
returned, stored is stored by the builder
class_of_methods, stored is "nothing"
bool(false)
built, stored is stored meanwhile
built, stored is built
