--TEST--
Values are moved where memory is free in pieces: those that are held stay where they are, all stay what they are
--EXTENSIONS--
static_cache
--INI--
opcache.static_cache.pinned_size_mb=8
opcache.static_cache.volatile_size_mb=8
memory_limit=512M
--FILE--
<?php
class Point
{
    public array $list = [];
    private ?Point $self = null;
    public function __construct(public int $x, protected string $name)
    {
        $this->self = $this;
        $this->list = array_fill(0, 40, "$name of $x");
    }
}

/** Values of all kinds, each about 8 KB. */
function value(int $at): mixed
{
    $text = str_repeat(chr(97 + $at % 26), 200);
    $list = array_map(fn(int $n) => "$text$n", range(1, 30));
    switch ($at % 5) {
        case 0: return str_repeat($text, 40);
        case 1: return $list;
        case 2: return ['at' => $at, 'map' => array_combine(array_map(fn($n) => "key$n", range(1, 30)), $list)];
        case 3: return array_map(fn(int $n) => new Point($n, "$text"), range(1, 20));
        default:
            $value = ['list' => $list, 'at' => $at];
            $value['again'] = &$value['list'];
            return $value;
    }
}

foreach (['pinned', 'volatile'] as $backend) {
    $call = fn(string $name, mixed ...$arguments) => ("OPcache\\{$backend}_$name")(...$arguments);
    $info = fn() => $call('cache_info');
    for ($count = 0; $info()->free_memory > 300_000; $count++) {
        $call('store', "k$count", value($count), throw_on_error: true);
    }
    for ($at = 0; $at < $count; $at += 2) {
        $call('delete', "k$at");
    }
    $held = [];
    for ($at = 1; $at < $count; $at += 40) {
        $held[$at] = $call('fetch', "k$at");
    }
    $before = $info();
    $large = str_repeat('large', 60_000);
    for ($at = 0; $at < 5; $at++) {
        var_dump($call('store', "large$at", $large));
    }
    // None of them fitted anywhere as it was.
    var_dump($before->largest_free_block < 5 * 300_000, $info()->evictions === 0);
    $wrong = 0;
    for ($at = 1; $at < $count; $at += 2) {
        $wrong += (int) (serialize($call('fetch', "k$at")) !== serialize(value($at)));
    }
    foreach ($held as $at => $value) {
        $wrong += (int) (serialize($value) !== serialize(value($at)));
    }
    var_dump($wrong);
}
?>
--EXPECT--
bool(true)
bool(true)
bool(true)
bool(true)
bool(true)
bool(true)
bool(true)
int(0)
bool(true)
bool(true)
bool(true)
bool(true)
bool(true)
bool(true)
bool(true)
int(0)
