--TEST--
Atomic counters
--EXTENSIONS--
static_cache
--INI--
opcache.static_cache.volatile_size_mb=8
opcache.static_cache.pinned_size_mb=8
--FILE--
<?php
use function OPcache\{pinned_atomic_increment as inc, pinned_atomic_decrement as dec, pinned_fetch, pinned_store};
var_dump(inc('n'), inc('n', 10), dec('n'), dec('n', -5), dec('new', 3), inc(key: 'n', step: 0));
var_dump(pinned_fetch('n'), pinned_store('n', 100), inc('n'), pinned_fetch('n'));
var_dump(inc('n') + pinned_fetch('n'));
pinned_store('s', '12');
var_dump(inc('s'), dec('s'));
try {
    inc('s', 1, true);
} catch (OPcache\StaticCacheException $e) {
    echo $e->getMessage(), "\n";
}
foreach (['f' => 1.5, 'a' => [1], 'b' => true, 'z' => null] as $key => $value) {
    pinned_store($key, $value);
    try {
        dec($key, 1, true);
    } catch (OPcache\StaticCacheException $e) {
        echo $e->getMessage(), "\n";
    }
}
pinned_store('max', PHP_INT_MAX);
var_dump(inc('max'));
var_dump(dec('max', 1));
var_dump(dec('min', PHP_INT_MIN));
var_dump(dec('least', 1), dec('least', PHP_INT_MAX), dec('least'));
?>
--EXPECTF--
int(1)
int(11)
int(10)
int(15)
int(-3)
int(15)
int(15)
bool(true)
int(101)
int(101)
int(204)
bool(false)
bool(false)
pinned cache: key "s" holds string, an atomic needs int
pinned cache: key "f" holds float, an atomic needs int
pinned cache: key "a" holds array, an atomic needs int
pinned cache: key "b" holds bool, an atomic needs int
pinned cache: key "z" holds null, an atomic needs int

Warning: OPcache\pinned_atomic_increment(): Integer overflow of key "max", the result wraps in %s on line %d
int(-9223372036854775808)

Warning: OPcache\pinned_atomic_decrement(): Integer overflow of key "max", the result wraps in %s on line %d
int(9223372036854775807)

Warning: OPcache\pinned_atomic_decrement(): Integer overflow of key "min", the result wraps in %s on line %d
int(-9223372036854775808)

Warning: OPcache\pinned_atomic_decrement(): Integer overflow of key "least", the result wraps in %s on line %d
int(-1)
int(-9223372036854775808)
int(9223372036854775807)
