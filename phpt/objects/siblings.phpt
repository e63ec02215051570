--TEST--
Arrays that lead to themselves by way of objects: asked in the order of serialize(), in a time that goes with their size
--EXTENSIONS--
static_cache
--INI--
opcache.static_cache.pinned_size_mb=32
memory_limit=256M
--FILE--
<?php
final class Asked
{
    public static array $log = [];
    public mixed $list = null;

    public function __construct(public int $number)
    {
    }

    public function __serialize(): array
    {
        self::$log[] = $this->number;
        return ['list' => $this->list, 'number' => $this->number];
    }

    public function __unserialize(array $data): void
    {
        ['list' => $this->list, 'number' => $this->number] = $data;
    }
}

final class Plain
{
    public mixed $list = null;

    public function __construct(public int $number)
    {
    }
}

// Each knows all: walked over again for each of them, these would be a hundred million steps.
$list = [];
for ($i = 0; $i < 10_000; ++$i) {
    $list[] = new Asked($i);
}
foreach ($list as $object) {
    $object->list = $list;
}
var_dump(OPcache\pinned_store('siblings', $list), Asked::$log === range(0, 9_999));
$fetched = OPcache\pinned_fetch('siblings');
var_dump(count($fetched), $fetched[9_999]->list[1] === $fetched[1]);
foreach ([$list, $fetched] as $objects) {
    foreach ($objects as $object) {
        $object->list = null;
    }
}
unset($list, $fetched, $objects, $object);

// Arrays that have arrays twice, over 60 levels: there are more ways through these than can be gone.
Asked::$log = [];
$deep = [$plain = new Plain(1), new Asked(2)];
for ($level = 0; $level < 60; ++$level) {
    $deep = [$deep, $deep];
}
$plain->list = $deep;
var_dump(OPcache\pinned_store('deep', $deep), Asked::$log);
$plain->list = null;

// The order, whatever leads where.
$differ = 0;
for ($seed = 0; $seed < 3_000; ++$seed) {
    mt_srand($seed);
    $count = mt_rand(2, 9);
    $objects = $arrays = [];
    for ($i = 0; $i < $count; ++$i) {
        $objects[] = mt_rand(0, 2) > 0 ? new Asked($i) : new Plain($i);
    }
    for ($i = 0; $i < $count; ++$i) {
        $array = [];
        for ($part = mt_rand(1, 4); $part > 0; --$part) {
            $array[] = match ($arrays === [] ? 0 : mt_rand(0, 3)) {
                0 => $objects[array_rand($objects)],
                1 => $part,
                default => $arrays[array_rand($arrays)],
            };
        }
        $arrays[] = $array;
    }
    foreach ($objects as $object) {
        $object->list = mt_rand(0, 3) > 0 ? $arrays[array_rand($arrays)] : $objects[array_rand($objects)];
    }
    Asked::$log = [];
    serialize($arrays);
    $expected = Asked::$log;
    Asked::$log = [];
    OPcache\pinned_store('random', $arrays);
    $differ += (int) (Asked::$log !== $expected);
    foreach ($objects as $object) {
        $object->list = null;
    }
}
echo "$differ differ\n";
?>
--EXPECT--
bool(true)
bool(true)
int(10000)
bool(true)
bool(true)
array(1) {
  [0]=>
  int(2)
}
0 differ
