--TEST--
An array that many objects or arrays hold is looked through once, not once for each of them
--EXTENSIONS--
static_cache
--INI--
opcache.static_cache.volatile_size_mb=32
opcache.static_cache.pinned_size_mb=32
error_reporting=8191
--FILE--
<?php
class P
{
    public function __construct(public $settings) {}
}
class Serializes extends P
{
    public function __serialize(): array { return ['settings' => $this->settings]; }
    public function __unserialize(array $data): void { $this->settings = $data['settings']; }
}
const HOLDERS = 2000;
/** @return array{float, mixed} the best time of several in milliseconds, and what a fetch gives */
function stored(mixed $value): array
{
    $best = INF;
    for ($run = 0; $run < 4; $run++) {
        $begin = hrtime(true);
        OPcache\volatile_store('v', $value, 0, true);
        $best = min($best, (hrtime(true) - $begin) / 1e6);
    }
    return [$best, OPcache\volatile_fetch('v')];
}
$make = [
    'objects' => fn(array $shared) => new P($shared),
    'objects with methods' => fn(array $shared) => new Serializes($shared),
    'arrays' => fn(array $shared) => ['holds' => $shared],
    'arrays within objects' => fn(array $shared) => new P(['holds' => $shared]),
];
$texts = fn(int $count) => array_map(fn($number) => 'text ' . $number % 100, range(1, $count));
foreach ($make as $what => $holder) {
    $times = [];
    foreach ([10, 20_000] as $count) {
        [$shared, $reference, $value] = [$texts($count), 5, []];
        for ($number = 0; $number < HOLDERS; $number++) {
            $value[] = $holder($shared);
        }
        // With these the whole value is looked at for what leads to references.
        $value['one'] = &$reference;
        $value['two'] = &$reference;
        [$times[], $got] = stored($value);
        if ($got != $value) {
            echo "$what: another value\n";
        }
    }
    // Once for each holder is 60 times as long and more.
    echo $what, ': ', $times[1] < 12 * $times[0] ? 'once' : implode(' and ', $times) . ' ms', "\n";
}
// What leads on is found wherever it is met first, and in arrays with the same array in them.
$inner = [1, [new P('inner')]];
$plain = ['plain', ['more']];
$value = [$plain, [$plain, $inner], new Serializes([$inner, $plain]), new P([[[[[[$inner]]]]]]), $inner, $plain];
$reference = [$inner];
$value[] = &$reference;
$value[] = new P(null);
$value[7]->settings = &$reference;
$got = stored($value)[1];
var_dump(serialize($got) === serialize($value), $got[1][1][1][0] === $got[4][1][0], $got[3]->settings[0][0][0][0][0][0][1][0] === $got[4][1][0]);
$got[6] = 'changed';
var_dump($got[7]->settings);
?>
--EXPECT--
objects: once
objects with methods: once
arrays: once
arrays within objects: once
bool(true)
bool(true)
bool(true)
string(7) "changed"
