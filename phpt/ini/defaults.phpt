--TEST--
Directives: defaults, and no change at run time
--EXTENSIONS--
static_cache
--FILE--
<?php
foreach (['volatile_size_mb', 'pinned_size_mb', 'allow_unsafe_runtime', 'lock_timeout_ms', 'readers'] as $name) {
    $name = "opcache.static_cache.$name";
    echo $name, '=', ini_get($name), ' ', var_export(ini_set($name, '1'), true), ' ', ini_get_all('static_cache')[$name]['access'], "\n";
}
?>
--EXPECT--
opcache.static_cache.volatile_size_mb=8 false 4
opcache.static_cache.pinned_size_mb=8 false 4
opcache.static_cache.allow_unsafe_runtime=0 false 4
opcache.static_cache.lock_timeout_ms=5000 false 4
opcache.static_cache.readers=256 false 4
