--TEST--
Two requests that want each other's keys: the bound ends it, with an error that says why
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
opcache.static_cache.lock_timeout_ms=200
--FILE--
<?php
require __DIR__ . '/../helpers/child.inc';
require __DIR__ . '/../helpers/compare.inc';

foreach (['volatile', 'pinned'] as $backend) {
    $both = array_map(fn(array $keys) => new Child(function (Child $parent) use ($backend, $keys) {
        [$own, $other] = $keys;
        $parent->tell(of($backend, 'lock')($own) ? 'locked' : 'not locked');
        $parent->hear();
        $parent->tell(outcome(fn() => of($backend, 'store')($other, 'value', throw_on_error: true)));
        $parent->hear();
        // What it holds it still holds, and what it asked for it never got.
        $parent->tell(outcome(fn() => of($backend, 'store')($own, "own $own", throw_on_error: true)));
    }), [['a', 'b'], ['b', 'a']]);
    foreach (['reserve', 'want the other', 'store the own'] as $step) {
        foreach ($both as $child) {
            echo $child->hear(), "\n";
        }
        foreach ($step === 'store the own' ? [] : $both as $child) {
            $child->tell('go on');
        }
    }
    foreach ($both as $child) {
        $child->join();
    }
    var_dump(of($backend, 'fetch_array')(['a', 'b']));
}
?>
--EXPECT--
locked
locked
OPcache\StaticCacheException: volatile cache: key "b" is reserved by another request (waited 200 ms, opcache.static_cache.lock_timeout_ms)
OPcache\StaticCacheException: volatile cache: key "a" is reserved by another request (waited 200 ms, opcache.static_cache.lock_timeout_ms)
true
true
array(2) {
  ["a"]=>
  string(5) "own a"
  ["b"]=>
  string(5) "own b"
}
locked
locked
OPcache\StaticCacheException: pinned cache: key "b" is reserved by another request (waited 200 ms, opcache.static_cache.lock_timeout_ms)
OPcache\StaticCacheException: pinned cache: key "a" is reserved by another request (waited 200 ms, opcache.static_cache.lock_timeout_ms)
true
true
array(2) {
  ["a"]=>
  string(5) "own a"
  ["b"]=>
  string(5) "own b"
}
