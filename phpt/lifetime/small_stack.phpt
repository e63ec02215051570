--TEST--
Memory is given back in a fiber as well whose stack is small
--EXTENSIONS--
static_cache
--INI--
opcache.static_cache.volatile_size_mb=8
opcache.static_cache.pinned_size_mb=0
opcache.jit=disable
--FILE--
<?php
// The least that the engine makes (without its JIT compiler, which needs more); newer ones call no function with less than they keep in reserve for those of their own.
$sizes = PHP_VERSION_ID < 80300 ? [8 << 10, 16 << 10, 24 << 10] : [56 << 10, 60 << 10, 64 << 10];
foreach ($sizes as $size) {
    ini_set('fiber.stack_size', $size);
    OPcache\volatile_store('key', range(1, 50_000));
    $fiber = new Fiber(function () {
        $value = OPcache\volatile_fetch('key');
        OPcache\volatile_delete('key');
        $count = count($value);
        unset($value);
        OPcache\static_quiesce();
        return $count;
    });
    $fiber->start();
    echo $fiber->getReturn(), "\n";
}
?>
--EXPECT--
50000
50000
50000
