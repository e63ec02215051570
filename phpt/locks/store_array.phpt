--TEST--
store_array over a reserved key: all of it once the key is free, or nothing
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
--FILE--
<?php
require __DIR__ . '/../helpers/child.inc';
require __DIR__ . '/../helpers/compare.inc';

foreach (['volatile', 'pinned'] as $backend) {
    $call = fn(string $name, mixed ...$arguments) => of($backend, $name)(...$arguments);
    $values = [];
    for ($at = 0; $at < 200; $at++) {
        $values["key$at"] = $at % 2 ? ['new', $at] : $at;
    }
    $call('store', 'key7', 'old');
    $call('lock', 'key3');
    $holder = new Child(function (Child $parent) use ($call) {
        $call('lock', 'key100');
        $parent->tell('locked');
        $parent->hear();
        $call('unlock', 'key100');
        $parent->tell('unlocked');
    });
    $holder->hear();
    $before = $call('cache_info');
    echo outcome(fn() => $call('store_array', $values, throw_on_error: true)), "\n";
    $after = $call('cache_info');
    var_dump(
        $after->used_memory === $before->used_memory,
        $call('fetch_array', array_keys($values)) === ['key7' => 'old'] + array_fill_keys(array_keys($values), null)
            || array_filter($call('fetch_array', array_keys($values))) === ['key7' => 'old'],
    );
    // Its own reservation it still has.
    $other = new Child(function (Child $parent) use ($call) {
        $parent->tell(json_encode($call('lock', 'key3')));
    });
    echo $other->hear(), "\n";
    $other->join();
    $holder->tell('go on');
    $holder->hear();
    var_dump($call('store_array', $values), $call('fetch_array', array_keys($values)) === $values, $call('unlock', 'key3'));
    $holder->join();
    $call('clear');
    $info = $call('cache_info');
    var_dump($info->entry_count);
}
?>
--EXPECT--
OPcache\StaticCacheException: volatile cache: key "key100" is reserved by another request (waited 50 ms, opcache.static_cache.lock_timeout_ms)
bool(true)
bool(true)
false
bool(true)
bool(true)
bool(false)
int(0)
OPcache\StaticCacheException: pinned cache: key "key100" is reserved by another request (waited 50 ms, opcache.static_cache.lock_timeout_ms)
bool(true)
bool(true)
false
bool(true)
bool(true)
bool(false)
int(0)
