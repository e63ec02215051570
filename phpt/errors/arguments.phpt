--TEST--
Wrong arguments always throw, with or without $throw_on_error
--EXTENSIONS--
static_cache
--INI--
opcache.static_cache.volatile_size_mb=8
opcache.static_cache.pinned_size_mb=8
--FILE--
<?php
function attempt(callable $call): void
{
    try {
        var_dump($call());
    } catch (Throwable $e) {
        echo get_class($e), ': ', $e->getMessage(), "\n";
    }
}
attempt(fn() => OPcache\volatile_store('k', STDIN));
attempt(fn() => OPcache\pinned_store('k', fn() => 1));
attempt(fn() => OPcache\volatile_add('k', STDIN));
attempt(fn() => OPcache\volatile_store('k', 1, -1));
attempt(fn() => OPcache\volatile_store_array(['k' => 1], -1));
attempt(fn() => OPcache\volatile_add('k', 1, -1));
attempt(fn() => OPcache\volatile_remember('k', fn() => 1, -1));
attempt(fn() => OPcache\volatile_touch('k', -1));
attempt(fn() => OPcache\volatile_lock('k', -1));
attempt(fn() => OPcache\pinned_lock('k', -5));
attempt(fn() => OPcache\volatile_keys('', -1));
attempt(fn() => OPcache\volatile_store());
attempt(fn() => OPcache\volatile_store('k', 1, 0, false, 'more'));
attempt(fn() => OPcache\pinned_store('k', 1, 0, false));
attempt(fn() => OPcache\volatile_fetch([]));
attempt(fn() => OPcache\volatile_fetch(new stdClass));
attempt(fn() => OPcache\volatile_store('k', 1, 'soon'));
attempt(fn() => OPcache\volatile_fetch_array('k'));
attempt(fn() => OPcache\volatile_fetch_array(['k'], 5));
attempt(fn() => OPcache\volatile_remember('k', 'no such function'));
attempt(fn() => OPcache\volatile_clear([]));
attempt(fn() => OPcache\volatile_cache_info(1));
attempt(fn() => OPcache\volatile_fetch(unknown: 1));
var_dump(OPcache\volatile_keys());
?>
--EXPECT--
TypeError: OPcache\volatile_store(): Argument #2 ($value) must be of type null|bool|int|float|string|array|object, resource given
TypeError: OPcache\pinned_store(): Argument #2 ($value) must be of type null|bool|int|float|string|array|object, Closure given
TypeError: OPcache\volatile_add(): Argument #2 ($value) must be of type null|bool|int|float|string|array|object, resource given
ValueError: OPcache\volatile_store(): Argument #3 ($ttl) must be greater than or equal to 0
ValueError: OPcache\volatile_store_array(): Argument #2 ($ttl) must be greater than or equal to 0
ValueError: OPcache\volatile_add(): Argument #3 ($ttl) must be greater than or equal to 0
ValueError: OPcache\volatile_remember(): Argument #3 ($ttl) must be greater than or equal to 0
ValueError: OPcache\volatile_touch(): Argument #2 ($ttl) must be greater than or equal to 0
ValueError: OPcache\volatile_lock(): Argument #2 ($lease) must be greater than or equal to 0
ValueError: OPcache\pinned_lock(): Argument #2 ($lease) must be greater than or equal to 0
ValueError: OPcache\volatile_keys(): Argument #2 ($limit) must be greater than or equal to 0
ArgumentCountError: OPcache\volatile_store() expects at least 2 arguments, 0 given
ArgumentCountError: OPcache\volatile_store() expects at most 4 arguments, 5 given
ArgumentCountError: OPcache\pinned_store() expects at most 3 arguments, 4 given
TypeError: OPcache\volatile_fetch(): Argument #1 ($key) must be of type string, array given
TypeError: OPcache\volatile_fetch(): Argument #1 ($key) must be of type string, stdClass given
TypeError: OPcache\volatile_store(): Argument #3 ($ttl) must be of type int, string given
TypeError: OPcache\volatile_fetch_array(): Argument #1 ($keys) must be of type array, string given
TypeError: OPcache\volatile_fetch_array(): Argument #2 ($default) must be of type ?array, int given
TypeError: OPcache\volatile_remember(): Argument #2 ($build) must be a valid callback, function "no such function" not found or invalid function name
TypeError: OPcache\volatile_clear(): Argument #1 ($throw_on_error) must be of type bool, array given
ArgumentCountError: OPcache\volatile_cache_info() expects exactly 0 arguments, 1 given
Error: Unknown named parameter $unknown
array(0) {
}
