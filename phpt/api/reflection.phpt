--TEST--
Parameters can be named, defaults can be read
--EXTENSIONS--
static_cache
--INI--
opcache.static_cache.volatile_size_mb=8
opcache.static_cache.pinned_size_mb=8
--FILE--
<?php
foreach ((new ReflectionExtension('static_cache'))->getFunctions() as $function) {
    $parameters = array_map(
        fn($p) => $p->getType() . ' $' . $p->getName() . ($p->isOptional() ? ' = ' . var_export($p->getDefaultValue(), true) : ''),
        $function->getParameters(),
    );
    echo $function->getShortName(), '(', implode(', ', $parameters), '): ', $function->getReturnType(), "\n";
}
var_dump(OPcache\volatile_store(ttl: 5, value: 'v', key: 'k'), OPcache\volatile_fetch(default: 1, key: 'none'));
var_dump(OPcache\volatile_fetch(throw_on_error: true, key: 'k'), OPcache\volatile_keys(limit: 1));
?>
--EXPECT--
volatile_store(string $key, mixed $value, int $ttl = 0, bool $throw_on_error = false): bool
volatile_store_array(array $values, int $ttl = 0, bool $throw_on_error = false): bool
volatile_fetch(string $key, mixed $default = NULL, bool $throw_on_error = false): mixed
volatile_fetch_array(array $keys, ?array $default = NULL, bool $throw_on_error = false): array
volatile_exists(string $key, bool $throw_on_error = false): bool
volatile_lock(string $key, int $lease = 0, bool $throw_on_error = false): bool
volatile_unlock(string $key, bool $throw_on_error = false): bool
volatile_delete(string $key_or_class, bool $throw_on_error = false): bool
volatile_delete_array(array $keys, bool $throw_on_error = false): bool
volatile_clear(bool $throw_on_error = false): bool
volatile_cache_info(): OPcache\StaticCacheInfo
volatile_add(string $key, mixed $value, int $ttl = 0, bool $throw_on_error = false): bool
volatile_remember(string $key, callable $build, int $ttl = 0, bool $throw_on_error = false): mixed
volatile_keys(string $prefix = '', int $limit = 0): array
volatile_delete_prefix(string $prefix): int
pinned_store(string $key, mixed $value, bool $throw_on_error = false): bool
pinned_store_array(array $values, bool $throw_on_error = false): bool
pinned_fetch(string $key, mixed $default = NULL, bool $throw_on_error = false): mixed
pinned_fetch_array(array $keys, ?array $default = NULL, bool $throw_on_error = false): array
pinned_exists(string $key, bool $throw_on_error = false): bool
pinned_lock(string $key, int $lease = 0, bool $throw_on_error = false): bool
pinned_unlock(string $key, bool $throw_on_error = false): bool
pinned_delete(string $key_or_class, bool $throw_on_error = false): bool
pinned_delete_array(array $keys, bool $throw_on_error = false): bool
pinned_clear(bool $throw_on_error = false): bool
pinned_cache_info(): OPcache\StaticCacheInfo
pinned_add(string $key, mixed $value, bool $throw_on_error = false): bool
pinned_remember(string $key, callable $build, bool $throw_on_error = false): mixed
pinned_keys(string $prefix = '', int $limit = 0): array
pinned_delete_prefix(string $prefix): int
pinned_atomic_increment(string $key, int $step = 1, bool $throw_on_error = false): int|false
pinned_atomic_decrement(string $key, int $step = 1, bool $throw_on_error = false): int|false
volatile_touch(string $key, int $ttl): bool
static_quiesce(): bool
static_publish(?string $class = NULL): int
bool(true)
int(1)
string(1) "v"
array(1) {
  [0]=>
  string(1) "k"
}
