--TEST--
An array that is met again deep below itself, or below many levels: methods are called in the order of serialize(), and no time is spent on the levels
--EXTENSIONS--
static_cache
--INI--
opcache.static_cache.volatile_size_mb=64
opcache.static_cache.pinned_size_mb=32
unserialize_max_depth=0
memory_limit=512M
--FILE--
<?php
require __DIR__ . '/../helpers/used.inc';
class Asked
{
    public static array $log = [];
    public $first;
    public $second;
    public $third;
    public function __construct(private string $name = '') {}
    public function __serialize(): array
    {
        self::$log[] = $this->name;
        return get_object_vars($this);
    }
    public function __unserialize(array $data): void
    {
        foreach ($data as $name => $value) {
            $this->$name = $value;
        }
        self::$log[] = $this->name;
    }
}
/** @return list<string> who was called */
function called(callable $what): array
{
    Asked::$log = [];
    $what();
    return array_values(array_filter(Asked::$log));
}
/** A chain of so many objects: its first and its last. */
function chain(string $class, int $depth): array
{
    $first = $last = new $class;
    for ($level = 1; $level < $depth; $level++) {
        $last = $last->first = new $class;
    }
    return [$first, $last];
}
foreach ([10, 1500] as $depth) {
    [$first, $last] = chain('Asked', $depth);
    $around = [$first, new Asked('in the array'), [new Asked('deeper in it')]];
    [$last->first, $last->second, $last->third] = [$around, new Asked('behind'), [$around, new Asked('at the end')]];
    $value = [$around, 1];
    $wanted = called(function () use ($value, &$text) { $text = serialize($value); });
    $got = called(fn() => OPcache\volatile_store('v', $value, throw_on_error: true));
    echo "$depth levels: ", implode(', ', $got), $got === $wanted ? '' : ' instead of ' . implode(', ', $wanted), "\n";
    var_dump(called(fn() => unserialize($text)) === called(fn() => OPcache\volatile_fetch('v')));
}

class Woken
{
    public $first;
    public function __wakeup(): void {}
}
const COUNT = 100_000;
foreach ([
    'an array that was walked over' => fn($first) => [1, new Woken],
    'an array that is being walked over' => fn($first) => [$first, 1],
] as $what => $array) {
    $times = [];
    foreach ([2, 2000] as $depth) {
        [$first, $last] = chain('Woken', $depth);
        $array_of_it = $array($first);
        $last->first = array_fill(0, COUNT, $array_of_it);
        $best = INF;
        for ($run = 0; $run < 4; $run++) {
            $begin = used();
            OPcache\volatile_store('v', $array_of_it[0] === 1 ? $first : $array_of_it, throw_on_error: true);
            $best = min($best, used() - $begin);
        }
        $times[] = $best;
        $last->first = null;
    }
    // Looking through the levels each time takes 30 times as long and more.
    echo "$what: ", $times[1] < 12 * $times[0] ? 'once' : implode(' and ', $times) . ' ms', "\n";
}
?>
--EXPECT--
10 levels: in the array, deeper in it, behind, at the end
bool(true)
1500 levels: in the array, deeper in it, behind, at the end
bool(true)
an array that was walked over: once
an array that is being walked over: once
