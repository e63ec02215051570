--TEST--
Storing, fetching and deleting several at once
--EXTENSIONS--
static_cache
--INI--
opcache.static_cache.volatile_size_mb=8
opcache.static_cache.pinned_size_mb=8
--FILE--
<?php
var_dump(OPcache\volatile_store_array(['a' => 1, 7 => 'seven', 'null' => null, '08' => [8]]));
var_dump(OPcache\volatile_fetch_array(['08', 'none', 7, '7', 'null', 'a', 'a'], ['default']));
var_dump(OPcache\volatile_fetch_array([]), OPcache\volatile_store_array([]), OPcache\volatile_delete_array([]));
var_dump(OPcache\volatile_fetch('7'), OPcache\volatile_exists('08'), OPcache\volatile_fetch('null', 'default'));
var_dump(OPcache\volatile_delete_array(['a', 7, 'none']), OPcache\volatile_keys());
// All or nothing: the second does not fit.
OPcache\pinned_store('first', 'old');
var_dump(OPcache\pinned_store_array(['first' => 'new', 'big' => str_repeat('x', 9_000_000)]));
var_dump(OPcache\pinned_fetch('first'), OPcache\pinned_exists('big'));
?>
--EXPECT--
bool(true)
array(5) {
  ["08"]=>
  array(1) {
    [0]=>
    int(8)
  }
  ["none"]=>
  array(1) {
    [0]=>
    string(7) "default"
  }
  [7]=>
  string(5) "seven"
  ["null"]=>
  NULL
  ["a"]=>
  int(1)
}
array(0) {
}
bool(true)
bool(true)
string(5) "seven"
bool(true)
NULL
bool(true)
array(2) {
  [0]=>
  string(2) "08"
  [1]=>
  string(4) "null"
}
bool(false)
string(3) "old"
bool(false)
