--TEST--
*_remember of a key that the request has reserved before: the reservation ends when a value is stored, and else stays as it was
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

/** Whether another process can reserve a key. */
function is_free(string $backend, string $key): string
{
    $other = new Child(fn(Child $parent) => $parent->tell(of($backend, 'lock')($key) ? 'free' : 'reserved'));
    $word = $other->hear();
    $other->join();
    return $word;
}

class Unstorable
{
    public function __serialize(): array { throw new Exception('from a method'); }
}

foreach (['volatile', 'pinned'] as $backend) {
    [$lock, $unlock, $remember, $fetch, $delete] = array_map(fn($name) => of($backend, $name), ['lock', 'unlock', 'remember', 'fetch', 'delete']);
    $builders = [
        'throws' => fn() => throw new Exception('from the builder'),
        'closure' => fn() => fn() => 1,
        'unstorable' => fn() => [STDIN],
        'method' => fn() => new Unstorable,
        'stored' => fn() => 1,
    ];
    foreach ($builders as $what => $build) {
        foreach (['none', 'lock', 'lease'] as $before) {
            if ($before !== 'none') {
                $lock('k', $before === 'lease' ? 1000 : 0);
            }
            $during = null;
            try {
                $remember('k', function () use ($backend, $build, &$during) {
                    $during = is_free($backend, 'k');
                    return $build();
                });
            } catch (Throwable) {
            }
            echo "$backend, $what, $before: $during, then ", is_free($backend, 'k'), ', ', json_encode($unlock('k')), "\n";
            $delete('k');
        }
    }

    // The lease is still one: it outlives the request.
    foreach ([0, 1000] as $lease) {
        $child = new Child(function () use ($lock, $remember, $lease) {
            $lock('leased', $lease);
            $remember('leased', fn() => [STDIN]);
        });
        $child->join();
        echo "lease of $lease: ", json_encode($lock('leased')), "\n";
        $delete('leased');
    }

    echo 'one within the other: ';
    $got = $remember('outer', function () use ($backend, $remember) {
        $inner = outcome(fn() => $remember('outer', fn() => throw new Exception('from the inner one')));
        return [$inner, is_free($backend, 'outer')];
    });
    echo implode(', ', $got), ', ', json_encode($fetch('outer') === $got), ', ', is_free($backend, 'outer'), "\n";
    $got = $remember('both', fn() => [$remember('both', fn() => 'the inner one')]);
    echo $got[0], ', stored is ', $fetch('both'), ', ', is_free($backend, 'both'), "\n";
    $got = outcome(fn() => $remember('thrown', function () use ($remember) {
        $remember('thrown', fn() => [STDIN]);
        throw new Exception('from the outer one');
    }));
    echo $got, ', ', is_free($backend, 'thrown'), "\n";

    echo 'a fiber that builds, and main: ';
    $fiber = new Fiber(fn() => $remember('fiber', function () {
        Fiber::suspend();
        return 'of the fiber';
    }));
    $fiber->start();
    echo outcome(fn() => $remember('fiber', fn() => throw new Exception('of main'))), ', ', is_free($backend, 'fiber'), ', ';
    $fiber->resume();
    echo $fetch('fiber'), "\n";

    echo 'what ends meanwhile: ';
    $lock('ends');
    $got = $remember('ends', fn() => $unlock('ends') ? 'built' : null);
    echo "$got, ", json_encode($fetch('ends')), ', ', is_free($backend, 'ends'), "\n";
}
?>
--EXPECT--
volatile, throws, none: reserved, then free, false
volatile, throws, lock: reserved, then reserved, true
volatile, throws, lease: reserved, then reserved, true
volatile, closure, none: reserved, then free, false
volatile, closure, lock: reserved, then reserved, true
volatile, closure, lease: reserved, then reserved, true
volatile, unstorable, none: reserved, then free, false
volatile, unstorable, lock: reserved, then reserved, true
volatile, unstorable, lease: reserved, then reserved, true
volatile, method, none: reserved, then free, false
volatile, method, lock: reserved, then reserved, true
volatile, method, lease: reserved, then reserved, true
volatile, stored, none: reserved, then free, false
volatile, stored, lock: reserved, then free, false
volatile, stored, lease: reserved, then free, false
lease of 0: true
lease of 1000: false
one within the other: Exception: from the inner one, reserved, true, free
the inner one, stored is the inner one, free
Exception: from the outer one, free
a fiber that builds, and main: Exception: of main, reserved, of the fiber
what ends meanwhile: built, null, free
pinned, throws, none: reserved, then free, false
pinned, throws, lock: reserved, then reserved, true
pinned, throws, lease: reserved, then reserved, true
pinned, closure, none: reserved, then free, false
pinned, closure, lock: reserved, then reserved, true
pinned, closure, lease: reserved, then reserved, true
pinned, unstorable, none: reserved, then free, false
pinned, unstorable, lock: reserved, then reserved, true
pinned, unstorable, lease: reserved, then reserved, true
pinned, method, none: reserved, then free, false
pinned, method, lock: reserved, then reserved, true
pinned, method, lease: reserved, then reserved, true
pinned, stored, none: reserved, then free, false
pinned, stored, lock: reserved, then free, false
pinned, stored, lease: reserved, then free, false
lease of 0: true
lease of 1000: false
one within the other: Exception: from the inner one, reserved, true, free
the inner one, stored is the inner one, free
Exception: from the outer one, free
a fiber that builds, and main: Exception: of main, reserved, of the fiber
what ends meanwhile: built, null, free
