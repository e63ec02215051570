--TEST--
PHP 8.4: a restart that somebody asks for clears the caches however they ask; one for lack of memory does not
--EXTENSIONS--
static_cache
--SKIPIF--
<?php
if (PHP_VERSION_ID < 80400) die('skip needs PHP 8.4');
if (!extension_loaded('ffi')) die('skip needs FFI');
?>
--INI--
ffi.enable=1
--FILE--
<?php
$engine = FFI::cdef('extern void (*zend_accel_schedule_restart_hook)(int reason);');
foreach ([0, 1, 2] as $reason) {
    OPcache\volatile_store('k', [1, 2]);
    OPcache\pinned_store('k', [3]);
    ($engine->zend_accel_schedule_restart_hook)($reason);
    echo $reason, ': ', json_encode([OPcache\volatile_fetch('k'), OPcache\pinned_fetch('k')]), "\n";
}
?>
--EXPECT--
0: [[1,2],[3]]
1: [[1,2],[3]]
2: [null,null]
