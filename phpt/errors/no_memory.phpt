--TEST--
A value that does not fit is refused at once and changes nothing
--EXTENSIONS--
static_cache
--INI--
opcache.static_cache.volatile_size_mb=8
opcache.static_cache.pinned_size_mb=8
--FILE--
<?php
OPcache\pinned_store('kept', range(1, 1000));
var_dump(OPcache\pinned_store('big', str_repeat('x', 9_000_000)));
try {
    OPcache\pinned_store('big', str_repeat('x', 9_000_000), true);
} catch (OPcache\StaticCacheException $e) {
    echo $e->getMessage(), "\n";
    // More than the whole segment has, and yet the figures are those of the segment.
    preg_match('/(\d+) bytes free, largest block (\d+) bytes/', $e->getMessage(), $figures);
    $info = OPcache\pinned_cache_info();
    var_dump([(int) $figures[1], (int) $figures[2]] === [$info->free_memory, $info->largest_free_block], $figures[2] > 7_000_000);
}
try {
    OPcache\volatile_store('big', str_repeat('x', 9_000_000), throw_on_error: true);
} catch (OPcache\StaticCacheException $e) {
    echo $e->getMessage(), "\n";
}
for ($stored = 0; OPcache\pinned_store("fill$stored", str_repeat('y', 100_000)); $stored++);
var_dump($stored > 75, OPcache\pinned_fetch('kept') === range(1, 1000), OPcache\pinned_exists("fill$stored"));
for ($at = 0; $at < $stored; $at++) {
    if (OPcache\pinned_fetch("fill$at") !== str_repeat('y', 100_000)) {
        echo "fill$at is wrong\n";
    }
}
var_dump(OPcache\pinned_cache_info()->store_failures, OPcache\pinned_cache_info()->evictions);
?>
--EXPECTF--
bool(false)
pinned cache: no memory for 9000%d bytes (key "big"): %d bytes free, largest block %d bytes (opcache.static_cache.pinned_size_mb)
bool(true)
bool(true)
volatile cache: no memory for 9000%d bytes (key "big"): %d bytes free, largest block %d bytes (opcache.static_cache.volatile_size_mb)
bool(true)
bool(true)
bool(false)
int(3)
int(0)
