--TEST--
opcache_get_status() carries both caches' state
--EXTENSIONS--
static_cache
--SKIPIF--
<?php
if (!ini_get('opcache.enable_cli')) die('skip needs OPcache');
?>
--FILE--
<?php
OPcache\volatile_store('k', 1);
OPcache\pinned_store_array(['a' => 1, 'b' => 2]);
foreach ([opcache_get_status(), opcache_get_status(false)] as $status) {
    var_dump($status['volatile_cache'] == OPcache\volatile_cache_info(), $status['pinned_cache'] == OPcache\pinned_cache_info());
    var_dump(get_class($status['volatile_cache']), $status['volatile_cache']->entry_count, $status['pinned_cache']->entry_count);
    var_dump($status['opcache_enabled']);
}
opcache_reset();
$status = opcache_get_status(false);
var_dump($status['volatile_cache']->entry_count, $status['pinned_cache']->entry_count);
?>
--EXPECT--
bool(true)
bool(true)
string(23) "OPcache\StaticCacheInfo"
int(1)
int(2)
bool(true)
bool(true)
bool(true)
string(23) "OPcache\StaticCacheInfo"
int(1)
int(2)
bool(true)
int(0)
int(0)
