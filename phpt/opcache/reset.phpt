--TEST--
opcache_reset() clears both caches, with or without OPcache; what the request holds stays
--EXTENSIONS--
static_cache
--FILE--
<?php
OPcache\volatile_store('k', range(1, 100));
OPcache\pinned_store('k', ['a' => str_repeat('x', 100)]);
OPcache\pinned_lock('reserved', 60);
$volatile = OPcache\volatile_fetch('k');
$pinned = OPcache\pinned_fetch('k');
var_dump(opcache_reset());
var_dump(OPcache\volatile_fetch('k'), OPcache\pinned_fetch('k'), OPcache\volatile_cache_info()->entry_count, OPcache\pinned_cache_info()->entry_count);
var_dump(array_sum($volatile), strlen($pinned['a']));
// A second one while OPcache's restart is pending, too.
OPcache\volatile_store('k', 2);
var_dump(opcache_reset(), OPcache\volatile_fetch('k'));
OPcache\volatile_store('k', 3);
var_dump(OPcache\volatile_fetch('k'));
try {
    opcache_reset(1);
} catch (ArgumentCountError $e) {
    echo get_class($e), "\n";
}
var_dump(OPcache\volatile_fetch('k'));
?>
--EXPECT--
bool(true)
NULL
NULL
int(0)
int(0)
int(5050)
int(100)
bool(true)
NULL
int(3)
ArgumentCountError
int(3)
