--TEST--
Keys: any bytes, 1 to 65,535 of them
--EXTENSIONS--
static_cache
--INI--
opcache.static_cache.volatile_size_mb=8
opcache.static_cache.pinned_size_mb=8
--FILE--
<?php
$longest = str_repeat('k', 65_535);
foreach (["\0", " ", "a\0b", "a\0c", "\xff\xfe", '0', 'null', $longest, 'OPcache\\StaticCacheInfo'] as $key) {
    OPcache\pinned_store($key, strlen($key) . md5($key), true);
}
foreach (["\0", " ", "a\0b", "a\0c", "\xff\xfe", '0', 'null', $longest, 'OPcache\\StaticCacheInfo'] as $key) {
    if (OPcache\pinned_fetch($key) !== strlen($key) . md5($key)) {
        echo 'wrong: ', bin2hex(substr($key, 0, 8)), "\n";
    }
}
var_dump(count(OPcache\pinned_keys()), in_array($longest, OPcache\pinned_keys('kkk'), true));
// Ints and floats become strings where strict types allow it.
var_dump(OPcache\pinned_store(12, 'twelve'), OPcache\pinned_fetch('12'), OPcache\pinned_fetch(12));
function attempt(callable $call): void
{
    try {
        var_dump($call());
    } catch (Error $e) {
        echo get_class($e), ': ', $e->getMessage(), "\n";
    }
}
foreach (['', $longest . 'k'] as $key) {
    attempt(fn() => OPcache\volatile_store($key, 1));
    attempt(fn() => OPcache\pinned_store($key, 1));
    attempt(fn() => OPcache\volatile_fetch($key));
    attempt(fn() => OPcache\volatile_exists($key));
    attempt(fn() => OPcache\volatile_delete($key));
    attempt(fn() => OPcache\volatile_lock($key));
    attempt(fn() => OPcache\volatile_unlock($key));
    attempt(fn() => OPcache\volatile_add($key, 1));
    attempt(fn() => OPcache\volatile_remember($key, fn() => 1));
    attempt(fn() => OPcache\volatile_touch($key, 1));
    attempt(fn() => OPcache\pinned_atomic_increment($key));
    attempt(fn() => OPcache\volatile_fetch_array(['ok', $key]));
    attempt(fn() => OPcache\volatile_store_array(['ok' => 1, $key => 1]));
    attempt(fn() => OPcache\volatile_delete_array(['ok', $key]));
}
foreach ([null, 1.5, true, [], new stdClass, STDIN] as $wrong) {
    attempt(fn() => OPcache\volatile_fetch_array(['ok', $wrong]));
}
attempt(fn() => OPcache\volatile_delete_array([1.5]));
var_dump(OPcache\volatile_keys());
?>
--EXPECT--
int(9)
bool(true)
bool(true)
string(6) "twelve"
string(6) "twelve"
ValueError: OPcache\volatile_store(): Argument #1 ($key) must not be empty
ValueError: OPcache\pinned_store(): Argument #1 ($key) must not be empty
ValueError: OPcache\volatile_fetch(): Argument #1 ($key) must not be empty
ValueError: OPcache\volatile_exists(): Argument #1 ($key) must not be empty
ValueError: OPcache\volatile_delete(): Argument #1 ($key_or_class) must not be empty
ValueError: OPcache\volatile_lock(): Argument #1 ($key) must not be empty
ValueError: OPcache\volatile_unlock(): Argument #1 ($key) must not be empty
ValueError: OPcache\volatile_add(): Argument #1 ($key) must not be empty
ValueError: OPcache\volatile_remember(): Argument #1 ($key) must not be empty
ValueError: OPcache\volatile_touch(): Argument #1 ($key) must not be empty
ValueError: OPcache\pinned_atomic_increment(): Argument #1 ($key) must not be empty
ValueError: OPcache\volatile_fetch_array(): Argument #1 ($keys) must contain only non-empty keys
ValueError: OPcache\volatile_store_array(): Argument #1 ($values) must contain only non-empty keys
ValueError: OPcache\volatile_delete_array(): Argument #1 ($keys) must contain only non-empty keys
ValueError: OPcache\volatile_store(): Argument #1 ($key) must be at most 65535 bytes long
ValueError: OPcache\pinned_store(): Argument #1 ($key) must be at most 65535 bytes long
ValueError: OPcache\volatile_fetch(): Argument #1 ($key) must be at most 65535 bytes long
ValueError: OPcache\volatile_exists(): Argument #1 ($key) must be at most 65535 bytes long
ValueError: OPcache\volatile_delete(): Argument #1 ($key_or_class) must be at most 65535 bytes long
ValueError: OPcache\volatile_lock(): Argument #1 ($key) must be at most 65535 bytes long
ValueError: OPcache\volatile_unlock(): Argument #1 ($key) must be at most 65535 bytes long
ValueError: OPcache\volatile_add(): Argument #1 ($key) must be at most 65535 bytes long
ValueError: OPcache\volatile_remember(): Argument #1 ($key) must be at most 65535 bytes long
ValueError: OPcache\volatile_touch(): Argument #1 ($key) must be at most 65535 bytes long
ValueError: OPcache\pinned_atomic_increment(): Argument #1 ($key) must be at most 65535 bytes long
ValueError: OPcache\volatile_fetch_array(): Argument #1 ($keys) must contain only keys of at most 65535 bytes
ValueError: OPcache\volatile_store_array(): Argument #1 ($values) must contain only keys of at most 65535 bytes
ValueError: OPcache\volatile_delete_array(): Argument #1 ($keys) must contain only keys of at most 65535 bytes
TypeError: OPcache\volatile_fetch_array(): Argument #1 ($keys) must contain only strings and integers, null given
TypeError: OPcache\volatile_fetch_array(): Argument #1 ($keys) must contain only strings and integers, float given
TypeError: OPcache\volatile_fetch_array(): Argument #1 ($keys) must contain only strings and integers, bool given
TypeError: OPcache\volatile_fetch_array(): Argument #1 ($keys) must contain only strings and integers, array given
TypeError: OPcache\volatile_fetch_array(): Argument #1 ($keys) must contain only strings and integers, stdClass given
TypeError: OPcache\volatile_fetch_array(): Argument #1 ($keys) must contain only strings and integers, resource given
TypeError: OPcache\volatile_delete_array(): Argument #1 ($keys) must contain only strings and integers, float given
array(0) {
}
