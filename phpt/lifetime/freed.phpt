--TEST--
What the engine's allocator has free keeps nothing: neither small pieces nor pages nor whole chunks
--EXTENSIONS--
static_cache
--SKIPIF--
<?php if (getenv('STATIC_CACHE_VALGRIND')) die('skip valgrind runs with another allocator'); ?>
--INI--
opcache.static_cache.volatile_size_mb=16
opcache.static_cache.pinned_size_mb=0
--FILE--
<?php
require __DIR__ . '/../helpers/freed.inc';
foreach ($shapes as $shape => $take) {
    work($take, 20_000);
    $is_kept = OPcache\volatile_cache_info()->retired_memory > 2 << 20;
    // Searching takes a fiftieth of the time at most.
    $retired = fn() => OPcache\volatile_cache_info()->retired_memory;
    for ($began = microtime(true); $retired() > 1 << 18 && microtime(true) < $began + 20;) {
        OPcache\static_quiesce();
    }
    echo $shape, $is_kept ? ': kept, ' : ': not kept, ', $retired() > 1 << 18 ? 'and not given back' : 'given back', "\n";
}
$stored = 0;
for ($job = 0; $job < 300; $job++) {
    $stored += OPcache\volatile_store('small', texts(3000, $job));
    count(OPcache\volatile_fetch('small'));
}
echo $stored, " stored\n";
look_at_kept();
?>
--EXPECT--
objects: kept, given back
small arrays: kept, given back
pages: kept, given back
chunks: kept, given back
300 stored
4 jobs looked at
