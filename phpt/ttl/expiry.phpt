--TEST--
Entries expire, and touching gives them time
--EXTENSIONS--
static_cache
--INI--
opcache.static_cache.volatile_size_mb=8
opcache.static_cache.pinned_size_mb=8
--FILE--
<?php
OPcache\volatile_store('short', [1, 2], 1);
OPcache\volatile_store('touched', 'x', 1);
OPcache\volatile_store('long', 'y', 1000);
OPcache\volatile_store('never', 'z');
$held = OPcache\volatile_fetch('short');
var_dump(OPcache\volatile_touch('touched', 1000), OPcache\volatile_touch('none', 5), OPcache\volatile_touch('never', 0));
$until = hrtime(true) + 1_100_000_000;
while (hrtime(true) < $until) {
    usleep(20_000);
}
var_dump(OPcache\volatile_fetch('short', 'gone'), OPcache\volatile_exists('short'), $held);
var_dump(OPcache\volatile_fetch('touched'), OPcache\volatile_fetch('long'), OPcache\volatile_fetch('never'));
var_dump(OPcache\volatile_touch('short', 5), OPcache\volatile_cache_info()->expired, OPcache\volatile_cache_info()->entry_count);
var_dump(OPcache\volatile_store('max', 1, PHP_INT_MAX), OPcache\volatile_fetch('max'));
?>
--EXPECT--
bool(true)
bool(false)
bool(true)
string(4) "gone"
bool(false)
array(2) {
  [0]=>
  int(1)
  [1]=>
  int(2)
}
string(1) "x"
string(1) "y"
string(1) "z"
bool(false)
int(1)
int(3)
bool(true)
int(1)
