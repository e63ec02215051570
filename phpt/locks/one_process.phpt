--TEST--
Reservations within one request
--EXTENSIONS--
static_cache
--INI--
opcache.static_cache.volatile_size_mb=8
opcache.static_cache.pinned_size_mb=8
--FILE--
<?php
use function OPcache\{pinned_lock, pinned_unlock, pinned_store, pinned_atomic_increment, pinned_delete, pinned_clear};
var_dump(pinned_lock('k'), pinned_lock('k'), pinned_unlock('k'), pinned_unlock('k'));
var_dump(pinned_lock('k'), pinned_store('k', 1), pinned_unlock('k'));
var_dump(pinned_lock('n'), pinned_atomic_increment('n'), pinned_unlock('n'));
var_dump(pinned_lock('k'), pinned_delete('k'), pinned_unlock('k'));
var_dump(pinned_lock('k', 100), pinned_clear(), pinned_unlock('k'));
var_dump(pinned_lock('k', 100), pinned_unlock('k'), OPcache\pinned_cache_info()->entry_count, OPcache\pinned_keys());
?>
--EXPECT--
bool(true)
bool(true)
bool(true)
bool(false)
bool(true)
bool(true)
bool(false)
bool(true)
int(1)
bool(false)
bool(true)
bool(true)
bool(false)
bool(true)
bool(true)
bool(false)
bool(true)
bool(true)
int(0)
array(0) {
}
