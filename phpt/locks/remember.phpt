--TEST--
One process builds, the others take its result
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
--FILE--
<?php
require __DIR__ . '/../helpers/child.inc';
$children = [];
for ($at = 0; $at < 4; $at++) {
    $children[] = new Child(function (Child $parent) {
        $parent->tell('ready');
        $parent->hear();
        $value = OPcache\volatile_remember('k', function () {
            OPcache\pinned_atomic_increment('built');
            usleep(100_000);
            return ['built', 'value'];
        });
        OPcache\pinned_atomic_increment($value === ['built', 'value'] ? 'right' : 'wrong');
    });
}
foreach ($children as $child) {
    $child->hear();
}
foreach ($children as $child) {
    $child->tell('go');
}
foreach ($children as $child) {
    $child->join();
}
var_dump(OPcache\pinned_fetch('built'), OPcache\pinned_fetch('right'), OPcache\pinned_fetch('wrong'));
?>
--EXPECT--
int(1)
int(4)
NULL
