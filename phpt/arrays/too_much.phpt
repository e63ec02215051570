--TEST--
volatile_store_array() of more than the cache can hold fails before it evicts anything
--EXTENSIONS--
static_cache
--INI--
opcache.static_cache.volatile_size_mb=16
opcache.static_cache.pinned_size_mb=1
memory_limit=256M
--FILE--
<?php
use function OPcache\{volatile_cache_info, volatile_clear, volatile_delete, volatile_keys, volatile_store, volatile_store_array};

final class Asked
{
    public static int $times = 0;

    public function __construct(public string $text = '') {}

    public function __serialize(): array
    {
        self::$times++;
        return [$this->text];
    }

    public function __unserialize(array $data): void
    {
        [$this->text] = $data;
    }
}

$text = fn(int $bytes, int $at = 0) => str_repeat(chr((60 + $at) % 256), $bytes);
$texts = function (int $count, int $bytes) use ($text): array {
    $texts = [];
    for ($at = 0; $at < $count; $at++) {
        $texts["new$at"] = $text($bytes, $at);
    }
    return $texts;
};
$cases = [
    'many' => fn() => $texts(40, 500_000),
    'few that are large' => fn() => $texts(3, 6_000_000),
    'below the size, but not in the part that has room for them' => fn() => $texts(3, 5_560_000),
    'thousands' => fn() => $texts(20_000, 1000),
    'nested' => fn() => array_fill(0, 20, ['list' => range(1, 60_000)]),
    'one that is too large by itself' => fn() => ['small' => 'new'] + $texts(1, 17_000_000),
    'objects' => fn() => array_map(fn($text) => new Asked($text), $texts(20, 1_000_000)),
    'a closure behind them' => fn() => $texts(20, 500_000) + ['closure' => [fn() => 1]],
];
foreach ($cases as $name => $values) {
    volatile_clear();
    for ($at = 0; $at < 20; $at++) {
        volatile_store("old$at", $text(500_000));
    }
    $values = $values();
    $before = volatile_cache_info();
    try {
        volatile_store_array($values, 0, true);
    } catch (OPcache\StaticCacheException $e) {
        echo "$name: ", $e->getMessage(), "\n";
    }
    $after = volatile_cache_info();
    echo count(volatile_keys('old')), ' of 20 others are there, ', $after->stores - $before->stores, ' stored, ', $after->evictions - $before->evictions, ' evicted, ',
        $after->store_failures - $before->store_failures, " failure\n";
}
echo Asked::$times, " objects asked\n";
// What fits if others go is stored.
foreach ([$texts(24, 500_000), $texts(2, 6_000_000), $texts(4, 3_500_000), array_map(fn($text) => new Asked($text), $texts(12, 1_000_000))] as $values) {
    var_dump(volatile_store_array($values) && count(volatile_keys('new')) === count($values));
    array_map(volatile_delete(...), volatile_keys('new'));
}
?>
--EXPECTF--
many: volatile cache: no memory for 20006400 bytes (40 values): %d bytes free, largest block %d bytes (opcache.static_cache.volatile_size_mb)
20 of 20 others are there, 0 stored, 0 evicted, 1 failure
few that are large: volatile cache: no memory for 18000480 bytes (3 values): %d bytes free, largest block %d bytes (opcache.static_cache.volatile_size_mb)
20 of 20 others are there, 0 stored, 0 evicted, 1 failure
below the size, but not in the part that has room for them: volatile cache: no memory for 16680480 bytes (3 values): %d bytes free, largest block %d bytes (opcache.static_cache.volatile_size_mb)
20 of 20 others are there, 0 stored, 0 evicted, 1 failure
thousands: volatile cache: no memory for 23360000 bytes (20000 values): %d bytes free, largest block %d bytes (opcache.static_cache.volatile_size_mb)
20 of 20 others are there, 0 stored, 0 evicted, 1 failure
nested: volatile cache: no memory for %d bytes (20 values): %d bytes free, largest block %d bytes (opcache.static_cache.volatile_size_mb)
20 of 20 others are there, 0 stored, 0 evicted, 1 failure
one that is too large by itself: volatile cache: no memory for %d bytes (key "new0"): %d bytes free, largest block %d bytes (opcache.static_cache.volatile_size_mb)
20 of 20 others are there, 0 stored, 0 evicted, 1 failure
objects: volatile cache: no memory for %d bytes (20 values): %d bytes free, largest block %d bytes (opcache.static_cache.volatile_size_mb)
20 of 20 others are there, 0 stored, 0 evicted, 1 failure
a closure behind them: volatile cache: $values['closure'][0] cannot be stored: it is a Closure
20 of 20 others are there, 0 stored, 0 evicted, 1 failure
20 objects asked
bool(true)
bool(true)
bool(true)
bool(true)
