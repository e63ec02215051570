--TEST--
A backend of size 0 is unavailable and says why
--EXTENSIONS--
static_cache
--INI--
opcache.static_cache.volatile_size_mb=0
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
attempt(fn() => OPcache\volatile_store('k', 1));
attempt(fn() => OPcache\volatile_fetch('k', 'default'));
attempt(fn() => OPcache\volatile_fetch_array(['a', 5], ['d']));
attempt(fn() => OPcache\volatile_fetch_array([]));
attempt(fn() => OPcache\volatile_keys());
attempt(fn() => OPcache\volatile_delete_prefix('k'));
attempt(fn() => OPcache\volatile_touch('k', 1));
attempt(fn() => OPcache\volatile_remember('k', fn() => 'built'));
attempt(fn() => OPcache\volatile_remember('k', fn() => fn() => 1));
attempt(fn() => OPcache\volatile_remember('k', fn() => STDIN));
attempt(fn() => OPcache\volatile_remember('k', fn() => throw new LogicException('from the builder')));
attempt(fn() => OPcache\static_quiesce());
foreach (['store' => ['k', 1, 0], 'store_array' => [['k' => 1], 0], 'add' => ['k', 1, 0], 'fetch' => ['k', null],
    'fetch_array' => [['k'], null], 'exists' => ['k'], 'lock' => ['k', 0], 'unlock' => ['k'], 'delete' => ['k'],
    'delete_array' => [['k']], 'clear' => [], 'remember' => ['k', fn() => 'built', 0]] as $name => $arguments) {
    attempt(fn() => "OPcache\\volatile_$name"(...$arguments, throw_on_error: true));
}
$info = OPcache\volatile_cache_info();
var_dump($info->enabled, $info->available, $info->startup_failed, $info->failure_reason, $info->shared_memory);
var_dump(OPcache\pinned_store('k', 1));
?>
--EXPECT--
bool(false)
string(7) "default"
array(2) {
  ["a"]=>
  array(1) {
    [0]=>
    string(1) "d"
  }
  [5]=>
  array(1) {
    [0]=>
    string(1) "d"
  }
}
array(0) {
}
array(0) {
}
int(0)
bool(false)
string(5) "built"
TypeError: OPcache\volatile_remember(): Argument #2 ($build) must return null|bool|int|float|string|array|object, Closure returned
TypeError: OPcache\volatile_remember(): Argument #2 ($build) must return null|bool|int|float|string|array|object, resource returned
LogicException: from the builder
bool(true)
OPcache\StaticCacheException: volatile cache: disabled by opcache.static_cache.volatile_size_mb=0
OPcache\StaticCacheException: volatile cache: disabled by opcache.static_cache.volatile_size_mb=0
OPcache\StaticCacheException: volatile cache: disabled by opcache.static_cache.volatile_size_mb=0
OPcache\StaticCacheException: volatile cache: disabled by opcache.static_cache.volatile_size_mb=0
OPcache\StaticCacheException: volatile cache: disabled by opcache.static_cache.volatile_size_mb=0
OPcache\StaticCacheException: volatile cache: disabled by opcache.static_cache.volatile_size_mb=0
OPcache\StaticCacheException: volatile cache: disabled by opcache.static_cache.volatile_size_mb=0
OPcache\StaticCacheException: volatile cache: disabled by opcache.static_cache.volatile_size_mb=0
OPcache\StaticCacheException: volatile cache: disabled by opcache.static_cache.volatile_size_mb=0
OPcache\StaticCacheException: volatile cache: disabled by opcache.static_cache.volatile_size_mb=0
OPcache\StaticCacheException: volatile cache: disabled by opcache.static_cache.volatile_size_mb=0
OPcache\StaticCacheException: volatile cache: disabled by opcache.static_cache.volatile_size_mb=0
bool(false)
bool(false)
bool(false)
string(51) "disabled by opcache.static_cache.volatile_size_mb=0"
int(0)
bool(true)
