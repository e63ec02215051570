--TEST--
Sizes from 1 MiB to 64 GiB cost only what is used
--EXTENSIONS--
static_cache
--SKIPIF--
<?php
if (getenv('STATIC_CACHE_VALGRIND')) die('skip valgrind cannot map that much');
?>
--INI--
opcache.static_cache.volatile_size_mb=65536
opcache.static_cache.pinned_size_mb=1
--FILE--
<?php
$info = OPcache\volatile_cache_info();
var_dump($info->available, $info->configured_memory, OPcache\pinned_cache_info()->configured_memory);
var_dump(OPcache\volatile_store('k', str_repeat('x', 5_000_000)), strlen(OPcache\volatile_fetch('k')), OPcache\pinned_store('k', 1));
?>
--EXPECT--
bool(true)
int(68719476736)
int(1048576)
bool(true)
int(5000000)
bool(true)
