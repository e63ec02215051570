--TEST--
disable_classes=OPcache\StaticCacheInfo leaves an object without figures, and memory as it was
--EXTENSIONS--
static_cache
--SKIPIF--
<?php if (PHP_VERSION_ID >= 80500) die('skip PHP 8.5 has no such directive'); ?>
--INI--
disable_classes=OPcache\StaticCacheInfo
--FILE--
<?php
$objects = [];
for ($i = 0; $i < 100; ++$i) {
    $objects[] = @OPcache\pinned_cache_info();
    $objects[] = new ArrayObject([$i]);
}
$sum = 0;
foreach ($objects as $object) {
    $sum += $object instanceof ArrayObject ? $object[0] : 0;
}
echo count($objects), ' ', $sum, "\n";
OPcache\pinned_cache_info();
?>
--EXPECTF--
200 4950

Warning: OPcache\StaticCacheInfo() has been disabled for security reasons in %s on line %d
