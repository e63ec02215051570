--TEST--
A time limit that is hit anywhere in the cache's functions or builders leaves nothing behind
--EXTENSIONS--
static_cache
--SKIPIF--
<?php
if (!function_exists('pcntl_fork')) die('skip needs pcntl');
if (!function_exists('posix_kill')) die('skip needs posix');
?>
--INI--
opcache.static_cache.volatile_size_mb=8
opcache.static_cache.pinned_size_mb=8
--FILE--
<?php
require __DIR__ . '/../helpers/child.inc';
require __DIR__ . '/../helpers/clean.inc';
ini_set('display_errors', false);

$value = ['shared' => str_repeat('s', 5000), 'list' => range(1, 500)];
for ($at = 0; $at < 200; $at++) {
    $value["part$at"] = ['up' => &$value, 'shared' => &$value['shared'], 'own' => ['x' => $at]];
}
OPcache\volatile_store('tangled', $value);
$works = [
    'store' => fn(int $at) => OPcache\pinned_store('key' . $at % 50, $GLOBALS['value']),
    'store_array' => fn(int $at) => OPcache\volatile_store_array(['a' => $GLOBALS['value'], 'b' => 1, 'c' => str_repeat('c', $at % 5000)]),
    'fetch' => fn(int $at) => OPcache\volatile_fetch('tangled'),
    'fetch_array' => fn(int $at) => OPcache\volatile_fetch_array(range(1, 500) + [1000 => 'tangled']),
    'remember' => fn(int $at) => [OPcache\pinned_remember("built$at", fn() => OPcache\volatile_remember("inner$at", function () use ($at) {
        OPcache\pinned_lock('reserved');
        for ($sum = 0, $count = 0; $count < 1000; $count++) {
            $sum += crc32("$count");
        }
        return [$sum];
    })), OPcache\pinned_delete("built$at")],
    'keys, clear' => fn(int $at) => [OPcache\pinned_store("key$at", 1), OPcache\pinned_keys(), $at % 100 || OPcache\pinned_clear()],
    'reserve' => fn(int $at) => [OPcache\pinned_lock("r$at"), OPcache\pinned_lock("l$at", 1000), OPcache\pinned_unlock("l$at"), OPcache\pinned_unlock("r$at")],
];
$children = [];
foreach ($works as $name => $work) {
    // A second of processor time each.
    $children[$name] = new Child(function () use ($work) {
        register_shutdown_function(fn() => OPcache\volatile_remember('from shutdown', fn() => OPcache\volatile_fetch('tangled')['list'] ?? null));
        set_time_limit(1);
        for ($at = 0;; $at++) {
            $work($at);
        }
    });
}
foreach ($children as $name => $child) {
    echo "$name: ", $child->join(), "\n";
}
var_dump(left_behind(['reserved', 'tangled', 'from shutdown']));
?>
--EXPECT--
store: exit 255
store_array: exit 255
fetch: exit 255
fetch_array: exit 255
remember: exit 255
keys, clear: exit 255
reserve: exit 255
array(0) {
}
