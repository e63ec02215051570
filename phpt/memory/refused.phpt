--TEST--
The encoder's room for a large value is given back also where there is no memory to store it
--EXTENSIONS--
static_cache
--INI--
opcache.static_cache.volatile_size_mb=8
opcache.static_cache.pinned_size_mb=8
memory_limit=-1
--SKIPIF--
<?php
if (getenv('STATIC_CACHE_VALGRIND')) die('skip valgrind keeps freed memory for a while');
?>
--FILE--
<?php
/** Megabytes that are the process's own. */
function anonymous(): int
{
    return preg_match('/^RssAnon:\s+(\d+)/m', file_get_contents('/proc/self/status'), $found) ? $found[1] >> 10 : 0;
}

#[OPcache\PinnedStatic]
class Statics
{
    public static $large;
}
$value = [];
for ($i = 0; $i < 400_000; $i++) {
    $value[] = ["s$i", new stdClass()];
}
$ways = [
    'volatile_store' => fn() => OPcache\volatile_store('k', $value, 0, true),
    'pinned_add' => fn() => OPcache\pinned_add('k', $value, true),
    'volatile_store_array' => fn() => OPcache\volatile_store_array(['k' => 1, 'l' => $value, 'm' => 2], 0, true),
    'pinned_store_array' => fn() => OPcache\pinned_store_array(['k' => 1, 'l' => $value], true),
    'static_publish' => function () use ($value) {
        Statics::$large = $value;
        OPcache\static_publish();
    },
];
// Some of the room is kept in any case, and all that is not goes with the next array.
OPcache\volatile_store('k', $value);
OPcache\volatile_store('small', [[new stdClass()]]);
foreach ($ways as $name => $store) {
    $before = anonymous();
    try {
        $store();
        echo "stored\n";
    } catch (OPcache\StaticCacheException $e) {
        $refused = preg_match('/ free|too large|larger|memory/', $e->getMessage()) ? 'no memory' : $e->getMessage();
    }
    Statics::$large = null;
    // 70 MB where it is kept.
    $kept = anonymous() - $before;
    echo "$name: $refused, ", $kept < 20 ? 'nothing kept' : "$kept MB kept", "\n";
    OPcache\volatile_store('small', [[new stdClass()]]);
}
?>
--EXPECT--
volatile_store: no memory, nothing kept
pinned_add: no memory, nothing kept
volatile_store_array: no memory, nothing kept
pinned_store_array: no memory, nothing kept
static_publish: no memory, nothing kept
