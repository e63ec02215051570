--TEST--
In a fiber whose stack is too small for a search nothing is given back, and nothing crashes
--EXTENSIONS--
static_cache
--SKIPIF--
<?php if (PHP_VERSION_ID >= 80300) die('skip PHP 8.3 and later let no function be called in so small a stack'); ?>
--INI--
opcache.static_cache.volatile_size_mb=8
opcache.static_cache.pinned_size_mb=0
fiber.stack_size=24576
opcache.jit=disable
--FILE--
<?php
OPcache\volatile_store('key', range(0, 50));
$fiber = new Fiber(function () {
    (function () { return count(OPcache\volatile_fetch('key')); })();
    OPcache\volatile_store('key', [1]);
    return OPcache\static_quiesce();
});
$fiber->start();
var_dump($fiber->getReturn(), OPcache\volatile_fetch('key'));
?>
--EXPECT--
bool(false)
array(1) {
  [0]=>
  int(1)
}
