--TEST--
Names out of __sleep mean what serialize() takes them for in whatever order: of several declarations of a name, static ones, a parent's private ones, dynamic ones
--EXTENSIONS--
static_cache
--FILE--
<?php
$said = [];
set_error_handler(function (int $level, string $message) use (&$said): bool {
    $said[] = $level . preg_replace('/^[\w\\\\]+\(\): /', '', $message);
    return true;
});

class First
{
    private $twice = 'twice of First';
    private $thrice = 'thrice of First';
    private $hidden = 'hidden of First';
    private $made_static = 'made static of First';
    private static $made_own = 'static of First';
    protected $guarded = 'guarded';
    protected static $one_static = 'static';
    public static $two_static = 'static';
    public $open = 'open';
    public static $names = [];
    public function __sleep(): array { return self::$names; }
    public function __wakeup(): void {}
}

class Second extends First
{
    private $thrice = 'thrice of Second';
    public static $made_static = 'static of Second';
    public $made_own = 'made own of Second';
    public $open = 'open of Second';
    private $own = 'own of Second';
    public static $three_static = 'static';
}

#[AllowDynamicProperties]
class Third extends Second
{
    public $twice = 'twice of Third';
    protected $thrice = 'thrice of Third';
    private $own = 'own of Third';
    public $last = 'last';
    private static $four_static = 'static';
    private static $five_static = 'static';
}

/** Its parent is one of the engine's. */
class Failure extends Exception
{
    private $own = 'own';
    protected $code = 7;
    public $last = 'last';
    public function __sleep(): array { return First::$names; }
}

eval('class Many extends Third { ' . implode(' ', array_map(fn ($i) => "public \$p$i = $i;", range(0, 99))) . ' }');

function orders(array $names): iterable
{
    if (count($names) < 2) {
        yield $names;
    }
    foreach ($names as $at => $name) {
        $others = $names;
        unset($others[$at]);
        foreach (count($names) < 2 ? [] : orders(array_values($others)) as $order) {
            yield [$name, ...$order];
        }
    }
}

function said(Closure $do): array
{
    $GLOBALS['said'] = [];
    $result = $do();
    // Where a new exception was made is another place.
    $shown = $result instanceof Exception ? array_diff_key((array) $result, ["\0Exception\0trace" => 0]) : $result;
    return [print_r($shown, true), $GLOBALS['said']];
}

$count = 0;
function compare(string $title, Closure $make, array $names): void
{
    First::$names = $names;
    $expected = said(fn () => unserialize(serialize($make())));
    $actual = said(fn () => OPcache\pinned_store('sleeper', $make(), true) ? OPcache\pinned_fetch('sleeper') : null);
    if ($actual !== $expected) {
        echo "$title, ", json_encode($names), ":\n";
        var_dump($expected, $actual);
        exit;
    }
    ++$GLOBALS['count'];
}

$make = [
    'First' => fn () => new First(),
    'Second' => fn () => new Second(),
    'Third' => fn () => new Third(),
    'Many' => fn () => new Many(),
    'dynamic' => function () { $it = new Third(); $it->dynamic = [1]; return $it; },
    'with a table' => function () { $it = new Third(); (array) $it; return $it; },
];
$names = ['twice', 'thrice', 'guarded', 'open', 'made_own', 'own', 'last', 'p98'];
foreach ($make as $title => $of) {
    $there = array_values(array_filter($names, fn ($name) => (function () use ($name) { return isset($this->$name); })->call($of())));
    foreach (orders(array_slice($there, 0, 6)) as $order) {
        compare($title, $of, $order);
    }
    compare($title, $of, $there);
    compare($title, $of, array_reverse($there));
    // One that is another's, static, or nobody's, among those that are there.
    $others = ['hidden', 'made_static', 'one_static', 'two_static', 'three_static', 'four_static', 'five_static', 'names', 'dynamic', 'none', 'open'];
    foreach ($others as $other) {
        for ($at = 0; $at <= count($there); ++$at) {
            foreach ([$there, array_reverse($there)] as $all) {
                array_splice($all, $at, 0, [$other]);
                compare($title, $of, $all);
            }
        }
    }
}
mt_srand(1);
$names = array_map(fn (int $i): string => "p$i", range(0, 99));
foreach ([1, 2, 10, 63, 64, 65, 100] as $size) {
    for ($round = 0; $round < 20; ++$round) {
        shuffle($names);
        compare('Many', $make['Many'], array_slice($names, 0, $size));
        compare('Many', $make['Many'], [...array_slice($names, 0, $size), $names[$round % $size]]);
    }
    compare('Many', $make['Many'], array_map(fn (int $i): string => "p$i", range($size - 1, 0)));
    // Strings that the engine does not keep for names.
    compare('Many', $make['Many'], array_map(fn (int $i): string => strrev($i . 'p'), [1, 8, 4, 0]));
}
$failure = fn () => new Failure('message', 3);
foreach (orders(['own', 'message', 'code', 'last', 'line']) as $order) {
    compare('Failure', $failure, $order);
    compare('Failure', $failure, [...$order, 'previous']);
}
echo "$count alike\n";
?>
--EXPECT--
4516 alike
