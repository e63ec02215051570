--TEST--
Arrays with many holders, of sizes around those that a walk looks at: who is in them is asked once, in the order of serialize()
--EXTENSIONS--
static_cache
--FILE--
<?php
class Part
{
    public static array $said = [];
    public function __construct(public string $name) {}
    public function __sleep(): array { self::$said[] = $this->name; return ['name']; }
}

function filled(int $size, mixed $last): array
{
    $array = array_map(fn (int $i): string => "element $i", range(1, $size - 1));
    $array[] = $last;
    return $array;
}

$shapes = [
    'flat' => fn (int $size, mixed $last) => filled($size, $last),
    'with names' => fn (int $size, mixed $last) => array_combine(array_map(fn ($i) => "k$i", range(1, $size)), filled($size, $last)),
    'nested' => fn (int $size, mixed $last) => array_chunk(filled($size, $last), 5),
    'deep' => fn (int $size, mixed $last) => array_reduce(range(1, 6), fn ($inner, $i) => ["level $i", $inner], filled($size, $last)),
];
$count = 0;
foreach ($shapes as $shape => $make) {
    foreach ([2, 7, 8, 9, 15, 16, 17, 18, 63, 64, 65, 66] as $size) {
        foreach ([1, 2, 3, 4, 5, 6, 50] as $holders) {
            foreach (['nothing', 'part', 'closure'] as $kind) {
                $last = ['nothing' => 'last', 'part' => new Part('within'), 'closure' => fn () => 1][$kind];
                $array = $make($size, $last);
                $value = [new Part('first'), ...array_fill(0, $holders, $array), new Part('last')];
                unset($array);
                Part::$said = [];
                try {
                    $text = serialize($value);
                } catch (Exception) {
                    $text = 'refused';
                }
                [$expected, Part::$said] = [[$text, Part::$said], []];
                $stored = OPcache\pinned_store('value', $value);
                $said = Part::$said;
                $actual = [$stored ? serialize(OPcache\pinned_fetch('value')) : 'refused', $said];
                if ($actual !== $expected) {
                    echo "$shape, $size, $holders, $kind:\n";
                    var_dump($expected, $actual);
                    exit;
                }
                ++$count;
            }
        }
    }
}
echo "$count alike\n";
?>
--EXPECT--
1008 alike
