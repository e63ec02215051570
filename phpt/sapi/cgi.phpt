--TEST--
php-cgi: unavailable, unless allowed
--EXTENSIONS--
static_cache
--SKIPIF--
<?php
require __DIR__ . '/../helpers/binaries.inc';
if (!binary('php-cgi')) die('skip needs php-cgi');
?>
--INI--
opcache.static_cache.volatile_size_mb=8
opcache.static_cache.pinned_size_mb=8
--FILE--
<?php
require __DIR__ . '/../helpers/binaries.inc';
$script = __DIR__ . '/cgi.script.php';
file_put_contents($script, '<?php $i = OPcache\volatile_cache_info(); var_dump(OPcache\volatile_store("k", [1]), OPcache\volatile_fetch("k", "default"), $i->enabled, $i->available, $i->failure_reason, $i->shared_model);'
    . 'try { OPcache\volatile_store("k", 1, 0, true); } catch (OPcache\StaticCacheException $e) { echo $e->getMessage(), "\n"; }');
echo run([binary('php-cgi'), '-q', $script]);
echo run([binary('php-cgi'), '-q', '-d', 'opcache.static_cache.allow_unsafe_runtime=1', $script]);
?>
--CLEAN--
<?php @unlink(__DIR__ . '/cgi.script.php'); ?>
--EXPECTF--
bool(false)
string(7) "default"
bool(true)
bool(false)
string(%d) "unavailable in SAPI "cgi-fcgi" unless opcache.static_cache.allow_unsafe_runtime=1"
string(4) "none"
volatile cache: unavailable in SAPI "cgi-fcgi" unless opcache.static_cache.allow_unsafe_runtime=1
bool(true)
array(1) {
  [0]=>
  int(1)
}
bool(true)
bool(true)
NULL
string(13) "process group"
