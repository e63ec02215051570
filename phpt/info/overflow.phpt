--TEST--
More readers than slots: nothing is lost, all is visible
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
opcache.static_cache.readers=1
--FILE--
<?php
require __DIR__ . '/../helpers/child.inc';
OPcache\volatile_store('v', range(1, 2000));
$children = [];
for ($at = 0; $at < 7; $at++) {
    $children[] = new Child(function (Child $parent) {
        $held = OPcache\volatile_fetch('v');
        $parent->tell('holding');
        $parent->hear();
        OPcache\pinned_atomic_increment($held === range(1, 2000) ? 'same' : 'different');
    });
}
foreach ($children as $child) {
    $child->hear();
}
$info = OPcache\volatile_cache_info();
var_dump($info->active_readers, $info->overflow_readers);
for ($at = 0; $at < 100; $at++) {
    OPcache\volatile_store('v', str_repeat('x', 30_000));
}
foreach ($children as $child) {
    $child->tell('go on');
    $child->join();
}
var_dump(OPcache\pinned_fetch('same'), OPcache\pinned_fetch('different'));
$info = OPcache\volatile_cache_info();
var_dump($info->active_readers, $info->overflow_readers, $info->retired_memory);
?>
--EXPECT--
int(7)
int(7)
int(7)
NULL
int(0)
int(0)
int(0)
