--TEST--
phpdbg: available
--EXTENSIONS--
static_cache
--SKIPIF--
<?php
require __DIR__ . '/../helpers/binaries.inc';
if (!binary('phpdbg')) die('skip needs phpdbg');
?>
--INI--
opcache.static_cache.volatile_size_mb=8
opcache.static_cache.pinned_size_mb=8
--FILE--
<?php
require __DIR__ . '/../helpers/binaries.inc';
$script = __DIR__ . '/phpdbg.script.php';
file_put_contents($script, '<?php OPcache\volatile_store("k", [1, 2]); echo PHP_SAPI, " ", count(OPcache\volatile_fetch("k")), " ", OPcache\volatile_cache_info()->shared_model, "\n";');
echo run([binary('phpdbg'), '-qrr', $script]);
?>
--CLEAN--
<?php @unlink(__DIR__ . '/phpdbg.script.php'); ?>
--EXPECT--
phpdbg 2 process
