--TEST--
Coercion follows strict_types
--EXTENSIONS--
static_cache
--INI--
opcache.static_cache.volatile_size_mb=8
opcache.static_cache.pinned_size_mb=8
--FILE--
<?php
declare(strict_types=1);
foreach ([fn() => OPcache\volatile_fetch(12), fn() => OPcache\volatile_store('k', 1, '5'), fn() => OPcache\volatile_clear(1), fn() => OPcache\static_publish(5), fn() => OPcache\static_publish(null)] as $call) {
    try {
        var_dump($call());
    } catch (TypeError $e) {
        echo $e->getMessage(), "\n";
    }
}
?>
--EXPECT--
OPcache\volatile_fetch(): Argument #1 ($key) must be of type string, int given
OPcache\volatile_store(): Argument #3 ($ttl) must be of type int, string given
OPcache\volatile_clear(): Argument #1 ($throw_on_error) must be of type bool, int given
OPcache\static_publish(): Argument #1 ($class) must be of type ?string, int given
int(0)
