--TEST--
opcache_get_configuration() carries the caches' directives, sizes in bytes
--EXTENSIONS--
static_cache
--SKIPIF--
<?php
if (!ini_get('opcache.enable_cli')) die('skip needs OPcache');
?>
--INI--
opcache.static_cache.volatile_size_mb=3
opcache.static_cache.pinned_size_mb=0
opcache.static_cache.lock_timeout_ms=700
--FILE--
<?php
$ours = fn (array $directives) => array_filter($directives, fn ($name) => str_contains($name, 'static_cache'), ARRAY_FILTER_USE_KEY);
$first = opcache_get_configuration();
var_dump($ours($first['directives']));
// OPcache's own are all there, and each call makes an array of its own.
var_dump(count($first['directives']) > 20, isset($first['version'], $first['directives']['opcache.enable']));
$first['directives']['opcache.static_cache.readers'] = 'changed';
var_dump(opcache_get_configuration()['directives']['opcache.static_cache.readers']);
?>
--EXPECT--
array(5) {
  ["opcache.static_cache.volatile_size_mb"]=>
  int(3145728)
  ["opcache.static_cache.pinned_size_mb"]=>
  int(0)
  ["opcache.static_cache.allow_unsafe_runtime"]=>
  bool(false)
  ["opcache.static_cache.lock_timeout_ms"]=>
  int(700)
  ["opcache.static_cache.readers"]=>
  int(256)
}
bool(true)
bool(true)
int(256)
