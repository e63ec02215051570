--TEST--
What counts as a hit, a miss, a store and a failure
--EXTENSIONS--
static_cache
--SKIPIF--
<?php
if (!function_exists('pcntl_fork')) die('skip needs pcntl');
?>
--INI--
opcache.static_cache.volatile_size_mb=1
opcache.static_cache.pinned_size_mb=1
opcache.static_cache.lock_timeout_ms=20
--FILE--
<?php
require __DIR__ . '/../helpers/child.inc';
require __DIR__ . '/../helpers/compare.inc';

$figures = ['hits', 'misses', 'stores', 'store_failures', 'entry_count'];
/** Says what a call does to the figures. */
$count = function (string $backend, string $what, callable $call) use ($figures): void {
    $before = of($backend, 'cache_info')();
    $result = outcome($call);
    $after = of($backend, 'cache_info')();
    echo "$backend, $what: ", str_replace(["\n", '  '], '', $result);
    foreach ($figures as $figure) {
        if ($after->$figure !== $before->$figure) {
            printf(', %s %+d', $figure, $after->$figure - $before->$figure);
        }
    }
    echo "\n";
};

// Of classes that this process does not have, or has otherwise.
$storing = new Child(function () {
    eval('class Gone { public $a = 1; } class Changed { public int $a = 1; }');
    foreach (['volatile', 'pinned'] as $backend) {
        foreach (['Gone', 'Changed'] as $class) {
            for ($at = 0; $at < 5; $at++) {
                of($backend, 'store')("$class$at", [new $class]);
            }
        }
    }
});
$storing->join();
eval('class Changed { public string $a = ""; }');

foreach (['volatile', 'pinned'] as $backend) {
    [$fetch, $store, $add] = [of($backend, 'fetch'), of($backend, 'store'), of($backend, 'add')];
    foreach (['Gone', 'Changed'] as $class) {
        $count($backend, "$class, fetch", fn() => $fetch("{$class}0", 'default'));
        $count($backend, "$class, fetch again", fn() => $fetch("{$class}0", 'default'));
        $count($backend, "$class, fetch_array", fn() => of($backend, 'fetch_array')(["{$class}1", "{$class}2"], []));
        $count($backend, "$class, remember", fn() => of($backend, 'remember')("{$class}3", fn() => 'built'));
        $count($backend, "$class, exists", fn() => of($backend, 'exists')("{$class}4"));
    }
    $count($backend, 'store', fn() => $store('k', 1));
    $count($backend, 'fetch', fn() => $fetch('k'));
    $count($backend, 'exists', fn() => of($backend, 'exists')('k') && !of($backend, 'exists')('none'));
    $count($backend, 'add of a present key', fn() => $add('k', 1));
    $count($backend, 'add', fn() => $add('added', 1));
    $count($backend, 'lock', fn() => of($backend, 'lock')('locked'));
    $count($backend, 'no memory', fn() => $store('k', str_repeat('x', 2_000_000)));
}
$count('volatile', 'touch', fn() => OPcache\volatile_touch('k', 100));

// A reservation takes 112 bytes and the key's, in steps of 16. What is left of a free block goes with it if it is too small for another.
foreach ([1 => 128, 16 => 128, 17 => 144, 1000 => 1120] as $length => $expected) {
    $before = OPcache\pinned_cache_info()->used_memory;
    OPcache\pinned_lock(str_repeat('r', $length));
    $more = OPcache\pinned_cache_info()->used_memory - $before - $expected;
    echo $length, ': ', $more >= 0 && $more < 128 ? $expected : $expected + $more, "\n";
}

OPcache\pinned_store('text', 'none');
$holder = new Child(function (Child $parent) {
    OPcache\pinned_lock('number');
    $parent->tell('locked');
    $parent->hear();
});
$holder->hear();
$count('pinned', 'atomic', fn() => OPcache\pinned_atomic_increment('counter'));
$count('pinned', 'atomic', fn() => OPcache\pinned_atomic_decrement('counter'));
$count('pinned', 'atomic of another type', fn() => OPcache\pinned_atomic_increment('text'));
$count('pinned', 'atomic of a reserved key', fn() => OPcache\pinned_atomic_increment('number'));
$count('pinned', 'store of a reserved key', fn() => OPcache\pinned_store('number', 1));
$holder->tell('end');
$holder->join();
for ($large = 0; OPcache\pinned_store("large$large", str_repeat('x', 30_000)); $large++);
for ($small = 0; OPcache\pinned_store("small$small", 1); $small++);
$count('pinned', 'atomic without memory', fn() => OPcache\pinned_atomic_increment('another'));
$count('pinned', 'store without memory', fn() => OPcache\pinned_store('another', 1));
?>
--EXPECT--
volatile, Gone, fetch: 'default', misses +1, entry_count -1
volatile, Gone, fetch again: 'default', misses +1
volatile, Gone, fetch_array: array ('Gone1' => array (),'Gone2' => array (),), misses +2, entry_count -2
volatile, Gone, remember: 'built', misses +1, stores +1
volatile, Gone, exists: true
volatile, Changed, fetch: 'default', misses +1, entry_count -1
volatile, Changed, fetch again: 'default', misses +1
volatile, Changed, fetch_array: array ('Changed1' => array (),'Changed2' => array (),), misses +2, entry_count -2
volatile, Changed, remember: 'built', misses +1, stores +1
volatile, Changed, exists: true
volatile, store: true, stores +1, entry_count +1
volatile, fetch: 1, hits +1
volatile, exists: true
volatile, add of a present key: false
volatile, add: true, stores +1, entry_count +1
volatile, lock: true
volatile, no memory: false, store_failures +1
pinned, Gone, fetch: 'default', misses +1, entry_count -1
pinned, Gone, fetch again: 'default', misses +1
pinned, Gone, fetch_array: array ('Gone1' => array (),'Gone2' => array (),), misses +2, entry_count -2
pinned, Gone, remember: 'built', misses +1, stores +1
pinned, Gone, exists: true
pinned, Changed, fetch: 'default', misses +1, entry_count -1
pinned, Changed, fetch again: 'default', misses +1
pinned, Changed, fetch_array: array ('Changed1' => array (),'Changed2' => array (),), misses +2, entry_count -2
pinned, Changed, remember: 'built', misses +1, stores +1
pinned, Changed, exists: true
pinned, store: true, stores +1, entry_count +1
pinned, fetch: 1, hits +1
pinned, exists: true
pinned, add of a present key: false
pinned, add: true, stores +1, entry_count +1
pinned, lock: true
pinned, no memory: false, store_failures +1
volatile, touch: true
1: 128
16: 128
17: 144
1000: 1120
pinned, atomic: 1, stores +1, entry_count +1
pinned, atomic: 0, stores +1
pinned, atomic of another type: false, store_failures +1
pinned, atomic of a reserved key: false, store_failures +1
pinned, store of a reserved key: false, store_failures +1
pinned, atomic without memory: false, store_failures +1
pinned, store without memory: false, store_failures +1
