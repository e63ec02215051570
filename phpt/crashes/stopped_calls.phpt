--TEST--
What calls about one key, and those about all, say while a process is stopped with the lock of the key
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
    $store = fn(): bool => of($backend, 'store')('key', 'stuck');
    $child = stopped_doing($store, fn() => !$store());
    $calls = [
        'store' => fn(bool $throw) => of($backend, 'store')('key', 1, throw_on_error: $throw),
        'lock' => fn(bool $throw) => of($backend, 'lock')('key', throw_on_error: $throw),
        'unlock' => fn(bool $throw) => of($backend, 'unlock')('key', $throw),
        'delete' => fn(bool $throw) => of($backend, 'delete')('key', $throw),
        'delete_array' => fn(bool $throw) => of($backend, 'delete_array')(['key', 'none'], $throw),
        'clear' => fn(bool $throw) => of($backend, 'clear')($throw),
        ...($backend === 'pinned'
            ? ['increment' => fn(bool $throw) => OPcache\pinned_atomic_increment('key', 1, $throw)]
            : ['touch' => fn(bool $throw) => OPcache\volatile_touch('key', 60)]),
    ];
    foreach ($calls as $name => $call) {
        echo "$name ", outcome(fn() => $call(false)), ', ', outcome(fn() => $call(true)), "\n";
    }
    echo of($backend, 'fetch')('key', throw_on_error: true), ', ', $child->kill(), "\n";
}
?>
--EXPECTF--
store false, OPcache\StaticCacheException: volatile cache: a lock was not free within 50 ms (opcache.static_cache.lock_timeout_ms) (key "key")
lock false, OPcache\StaticCacheException: volatile cache: a lock was not free within 50 ms (opcache.static_cache.lock_timeout_ms) (key "key")
unlock false, OPcache\StaticCacheException: volatile cache: a lock was not free within 50 ms (opcache.static_cache.lock_timeout_ms) (key "key")
delete false, OPcache\StaticCacheException: volatile cache: a lock was not free within 50 ms (opcache.static_cache.lock_timeout_ms) (key "key")
delete_array false, OPcache\StaticCacheException: volatile cache: a lock was not free within 50 ms (opcache.static_cache.lock_timeout_ms) (key "key")
clear false, OPcache\StaticCacheException: volatile cache: a lock was not free within 50 ms (opcache.static_cache.lock_timeout_ms)
touch 
Warning: OPcache\volatile_touch(): volatile cache: a lock was not free within 50 ms (opcache.static_cache.lock_timeout_ms) (key "key") in %s on line %d
false, 
Warning: OPcache\volatile_touch(): volatile cache: a lock was not free within 50 ms (opcache.static_cache.lock_timeout_ms) (key "key") in %s on line %d
false
stuck, signal 9
store false, OPcache\StaticCacheException: pinned cache: a lock was not free within 50 ms (opcache.static_cache.lock_timeout_ms) (key "key")
lock false, OPcache\StaticCacheException: pinned cache: a lock was not free within 50 ms (opcache.static_cache.lock_timeout_ms) (key "key")
unlock false, OPcache\StaticCacheException: pinned cache: a lock was not free within 50 ms (opcache.static_cache.lock_timeout_ms) (key "key")
delete false, OPcache\StaticCacheException: pinned cache: a lock was not free within 50 ms (opcache.static_cache.lock_timeout_ms) (key "key")
delete_array false, OPcache\StaticCacheException: pinned cache: a lock was not free within 50 ms (opcache.static_cache.lock_timeout_ms) (key "key")
clear false, OPcache\StaticCacheException: pinned cache: a lock was not free within 50 ms (opcache.static_cache.lock_timeout_ms)
increment false, OPcache\StaticCacheException: pinned cache: a lock was not free within 50 ms (opcache.static_cache.lock_timeout_ms) (key "key")
stuck, signal 9
