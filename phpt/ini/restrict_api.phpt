--TEST--
opcache.restrict_api also restricts what shows or removes everything
--EXTENSIONS--
static_cache
--SKIPIF--
<?php
if (!ini_get('opcache.enable_cli')) die('skip needs OPcache');
?>
--INI--
opcache.restrict_api=/nowhere
--FILE--
<?php
OPcache\volatile_store('k', 1);
var_dump(OPcache\volatile_clear(), OPcache\pinned_clear(throw_on_error: true), OPcache\volatile_keys(), OPcache\volatile_delete_prefix('k'), OPcache\volatile_fetch('k'));
foreach (['volatile', 'pinned'] as $backend) {
    try {
        ("OPcache\\{$backend}_cache_info")();
    } catch (OPcache\StaticCacheException $e) {
        echo $e->getMessage(), "\n";
    }
}
?>
--EXPECTF--
Warning: OPcache\volatile_clear(): Zend OPcache API is restricted by "restrict_api" configuration directive in %s on line %d

Warning: OPcache\pinned_clear(): Zend OPcache API is restricted by "restrict_api" configuration directive in %s on line %d

Warning: OPcache\volatile_keys(): Zend OPcache API is restricted by "restrict_api" configuration directive in %s on line %d

Warning: OPcache\volatile_delete_prefix(): Zend OPcache API is restricted by "restrict_api" configuration directive in %s on line %d
bool(false)
bool(false)
array(0) {
}
int(0)
int(1)
volatile cache: Zend OPcache API is restricted by "restrict_api" configuration directive
pinned cache: Zend OPcache API is restricted by "restrict_api" configuration directive
