--TEST--
*_delete_prefix() leaves out what a stopped process has the lock of, deletes the others, says how many, and warns
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
opcache.static_cache.lock_timeout_ms=50
opcache.jit=disable
--FILE--
<?php
require __DIR__ . '/../helpers/stopped.inc';
require __DIR__ . '/../helpers/compare.inc';

foreach (['volatile', 'pinned'] as $backend) {
    for ($at = 0; $at < 1000; $at++) {
        of($backend, 'store')("key$at", $at);
    }
    $store = fn(): bool => of($backend, 'store')('key', 'stuck');
    $child = stopped_doing($store, fn() => !$store());
    $deleted = of($backend, 'delete_prefix')('key');
    $left = of($backend, 'keys')('key');
    // 256 locks: about 4 others share that one.
    var_dump($deleted + count($left) === 1001, $deleted > 900, in_array('key', $left, true));
    echo $child->kill(), "\n";
    var_dump(of($backend, 'delete_prefix')('key') === count($left), of($backend, 'keys')());
}
?>
--EXPECTF--
Warning: OPcache\volatile_delete_prefix(): volatile cache: a lock was not free within 50 ms (opcache.static_cache.lock_timeout_ms) in %s on line %d
bool(true)
bool(true)
bool(true)
signal 9
bool(true)
array(0) {
}

Warning: OPcache\pinned_delete_prefix(): pinned cache: a lock was not free within 50 ms (opcache.static_cache.lock_timeout_ms) in %s on line %d
bool(true)
bool(true)
bool(true)
signal 9
bool(true)
array(0) {
}
