--TEST--
phpinfo() shows the same
--EXTENSIONS--
static_cache
--INI--
opcache.static_cache.volatile_size_mb=8
opcache.static_cache.pinned_size_mb=8
--FILE--
<?php
ob_start();
phpinfo(INFO_MODULES);
$text = ob_get_clean();
foreach (['static_cache => loaded', 'volatile cache', 'pinned cache', 'configured_memory => 8388608', 'failure_reason => none',
    'opcache.static_cache.volatile_size_mb => 8 => 8', 'opcache.static_cache.readers => 256 => 256'] as $wanted) {
    var_dump(str_contains($text, $wanted));
}
?>
--EXPECT--
bool(true)
bool(true)
bool(true)
bool(true)
bool(true)
bool(true)
bool(true)
