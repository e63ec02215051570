--TEST--
What was stored within other values is not kept by what such a store needed to know of it
--EXTENSIONS--
static_cache
--SKIPIF--
<?php
if (!function_exists('pcntl_fork')) die('skip needs pcntl');
if (getenv('STATIC_CACHE_VALGRIND')) die('skip valgrind runs with another allocator');
?>
--INI--
opcache.static_cache.volatile_size_mb=16
opcache.static_cache.pinned_size_mb=16
--FILE--
<?php
use OPcache as C;

const COUNT = 100;
$kinds = [
    'arrays' => [fn(int $at) => range($at, $at + 700), fn(array $all) => $all],
    'strings' => [fn(int $at) => str_repeat(chr($at), 10_000), fn(array $all) => $all],
    'keys' => [fn(int $at) => ["key $at" => range($at, $at + 700)], fn(array $all) => array_map(fn(array $one) => [key($one) => 1], $all)],
    'beside a reference' => [
        fn(int $at) => range($at, $at + 700),
        function (array $all) {
            $all['a'] = &$all['b'];
            return $all;
        },
    ],
    'what methods give' => [
        fn(int $at) => range($at, $at + 700),
        fn(array $all) => array_map(fn(array $one) => new Given($one), $all),
    ],
];
class Given
{
    public function __construct(private array $given) {}
    public function __serialize(): array
    {
        return $this->given;
    }
    public function __unserialize(array $given): void {}
}
/** Not where later calls leave the stack as it is. */
function deep(int $depth, callable $call): void
{
    $depth ? deep($depth - 1, $call) : $call();
}

// Each kind's search is its process's first, so none has to rest.
require __DIR__ . '/../helpers/child.inc';
foreach ($kinds as $kind => [$make, $combine]) {
    $child = new Child(function (Child $parent) use ($make, $combine) {
        deep(40, function () use ($make, $combine) {
            // Tables for many, where the others of later stores are anywhere.
            C\volatile_store('many', [array_map(fn(int $at) => [$at], range(0, 3000))]);
            for ($at = 0; $at < COUNT; $at++) {
                C\pinned_store("key $at", $make($at));
            }
            $all = [];
            for ($at = 0; $at < COUNT; $at++) {
                $all[] = C\pinned_fetch("key $at");
            }
            C\volatile_store('all', $combine($all));
        });
        C\pinned_clear();
        C\volatile_store('all', [[1]]);
        $before = C\pinned_cache_info()->retired_memory;
        C\static_quiesce();
        $after = C\pinned_cache_info()->retired_memory;
        $parent->tell($before < 300_000 ? 'nothing to give back' : ($after < $before / 5 ? 'given back' : "$after of $before kept"));
    });
    echo $kind, ': ', $child->hear(), "\n";
    $child->join();
}
?>
--EXPECT--
arrays: given back
strings: given back
keys: given back
beside a reference: given back
what methods give: given back
