--TEST--
A forked child keeps the values its parent had fetched
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
OPcache\volatile_store('held', range(1, 5000));
$held = OPcache\volatile_fetch('held');
$string = OPcache\volatile_fetch('string', null);
$child = new Child(function (Child $parent) use ($held) {
    $parent->tell('forked');
    $parent->hear();
    var_dump($held === range(1, 5000), OPcache\volatile_fetch('held'));
});
$child->hear();
unset($held);
for ($at = 0; $at < 3000; $at++) {
    OPcache\volatile_store('held', str_repeat(chr($at % 256), 40_000));
}
OPcache\volatile_store('held', 'last');
$child->tell('look');
$child->join();
?>
--EXPECT--
bool(true)
string(4) "last"
