--TEST--
Five thousand random values come back as from unserialize(serialize())
--EXTENSIONS--
static_cache
--INI--
opcache.static_cache.volatile_size_mb=32
opcache.static_cache.pinned_size_mb=32
error_reporting=8191
--FILE--
<?php
$argv = ['main.php', 5000];
require __DIR__ . '/main.php';
?>
--EXPECTF--
5000 values, of which serialize() loses an array in %d
