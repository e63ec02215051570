--TEST--
add, delete, clear, keys, delete_prefix
--EXTENSIONS--
static_cache
--INI--
opcache.static_cache.volatile_size_mb=8
opcache.static_cache.pinned_size_mb=8
--FILE--
<?php
use function OPcache\{volatile_add, volatile_fetch, volatile_delete, volatile_keys, volatile_delete_prefix, volatile_clear, volatile_exists, volatile_store};
var_dump(volatile_add('k', 1), volatile_add('k', 2), volatile_add('k', [3], 0, true), volatile_fetch('k'));
var_dump(volatile_delete('k'), volatile_delete('k'), volatile_exists('k'), volatile_add('k', 'again'));
foreach (['user.1', 'user.2', 'user.10', 'page.1'] as $key) {
    volatile_store($key, $key);
}
var_dump(volatile_keys('user.'), volatile_keys('nothing'), count(volatile_keys('', 2)), count(volatile_keys(limit: 0)));
var_dump(volatile_delete_prefix('user.1'), volatile_delete_prefix('user.1'), volatile_keys());
var_dump(volatile_delete('\\Some\\Class'), volatile_clear(), volatile_keys(), volatile_clear());
for ($at = 0; $at < 3000; $at++) {
    volatile_store("key number $at", $at);
}
$keys = volatile_keys();
sort($keys, SORT_NATURAL);
var_dump($keys === array_map(fn($at) => "key number $at", range(0, 2999)), volatile_delete_prefix(''));
?>
--EXPECT--
bool(true)
bool(false)
bool(false)
int(1)
bool(true)
bool(true)
bool(false)
bool(true)
array(3) {
  [0]=>
  string(6) "user.1"
  [1]=>
  string(7) "user.10"
  [2]=>
  string(6) "user.2"
}
array(0) {
}
int(2)
int(5)
int(2)
int(0)
array(3) {
  [0]=>
  string(1) "k"
  [1]=>
  string(6) "page.1"
  [2]=>
  string(6) "user.2"
}
bool(true)
bool(true)
array(0) {
}
bool(true)
bool(true)
int(3000)
