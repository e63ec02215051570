--TEST--
A volatile cache full of what one request has read, and dropped, evicts for its own stores and for others'
--EXTENSIONS--
static_cache
--SKIPIF--
<?php
if (!function_exists('pcntl_fork')) die('skip needs pcntl');
?>
--INI--
opcache.static_cache.volatile_size_mb=8
opcache.static_cache.pinned_size_mb=0
--FILE--
<?php
use function OPcache\{volatile_store, volatile_fetch, volatile_exists, volatile_clear, volatile_cache_info};

require __DIR__ . '/../helpers/child.inc';

/** Keys of a cache that is full. */
function filled(int $size): array
{
    volatile_clear();
    $keys = [];
    for ($at = 0; $at < 2 * 8_000_000 / $size; $at++) {
        volatile_store($keys[] = "old $at", str_repeat('o', $size));
    }
    return array_values(array_filter($keys, volatile_exists(...)));
}
function read(array $keys): void
{
    foreach ($keys as $key) {
        strlen(volatile_fetch($key));
    }
}
// Fewer values than one request keeps singly, and more.
foreach ([26_000, 2_000] as $size) {
    $ways = ['what it knows' => fn(array $keys) => read([$keys[0]]), 'what is not there' => fn() => volatile_fetch('absent')];
    foreach ($ways as $way => $again) {
        $keys = filled($size);
        $reader = new Child(function (Child $parent) use ($keys, $again) {
            read($keys);
            do {
                $parent->tell('read');
                $word = $parent->hear();
                $again($keys);
            } while ($word === 'again');
        });
        $reader->hear();
        echo "$size, $way: ", json_encode(volatile_store('new', str_repeat('n', 40_000)));
        // How long looking rests depends on how long it took.
        for ($rounds = 0; $rounds < 100_000 && !volatile_store('new', str_repeat('n', 40_000)); $rounds++) {
            $reader->tell('again');
            $reader->hear();
        }
        echo ' ', json_encode(volatile_exists('new')), "\n";
        $reader->tell('end');
        $reader->join();
    }
    $keys = filled($size);
    read($keys);
    $evictions = volatile_cache_info()->evictions;
    for ($stored = 0; $stored < 100 && volatile_store("new $stored", str_repeat('n', 40_000)); $stored++);
    echo "$size: $stored stored, ", json_encode(volatile_cache_info()->evictions > $evictions), "\n";
}
?>
--EXPECT--
26000, what it knows: false true
26000, what is not there: false true
26000: 100 stored, true
2000, what it knows: false true
2000, what is not there: false true
2000: 100 stored, true
