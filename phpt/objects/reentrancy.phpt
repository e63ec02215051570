--TEST--
Methods that store, fetch, clear, delete, throw, collect and suspend meanwhile
--EXTENSIONS--
static_cache
--INI--
opcache.static_cache.volatile_size_mb=32
opcache.static_cache.pinned_size_mb=32
error_reporting=8191
--FILE--
<?php
use function OPcache\{volatile_store as store, volatile_fetch as fetch, volatile_delete, volatile_clear, static_quiesce};

class R
{
    public static string $when = '';
    public static $act = null;

    public function __construct(public $x = null)
    {
    }

    public function __serialize(): array
    {
        self::act('store');
        return ['x' => $this->x];
    }

    public function __unserialize(array $data): void
    {
        self::act('fetch');
        $this->x = $data['x'];
    }

    private static function act(string $when): void
    {
        if (self::$when === $when) {
            self::$when = '';
            (self::$act)();
            self::$when = $when;
        }
    }
}

$acts = [
    'store' => fn() => store('k', [new R(5), 'nested']),
    'fetch' => fn() => fetch('k'),
    'clear' => fn() => volatile_clear(),
    'delete' => fn() => volatile_delete('k'),
    'collect' => fn() => gc_collect_cycles(),
    'quiesce' => fn() => static_quiesce(),
    'overwrite many' => function () { for ($i = 0; $i < 3000; $i++) { store("fill$i", str_repeat('x', 20000)); } },
    'fiber' => function () {
        $fiber = new Fiber(function () { store('f', new R([1])); Fiber::suspend(); fetch('f'); });
        $fiber->start();
        $fiber->resume();
    },
    'throw' => fn() => throw new Exception('thrown'),
];
$value = fn(string $text) => ['a' => new R([1, 2, 3]), 'b' => [new R(new R($text)), str_repeat('zz', 100)]];
foreach (['store', 'fetch'] as $when) {
    foreach ($acts as $name => $act) {
        R::$when = '';
        store('k', $value('old'));
        [R::$when, R::$act] = [$when, $act];
        try {
            $stored = var_export(store('k', $value('new')), true);
        } catch (Exception $e) {
            $stored = $e->getMessage();
        }
        try {
            $got = fetch('k', 'a miss');
            $got = is_array($got) ? $got['b'][0]->x->x : $got;
        } catch (Exception $e) {
            $got = $e->getMessage();
        }
        R::$when = '';
        echo "$name at $when: $stored, $got\n";
    }
}

class Suspends
{
    public $x = 1;

    public function __serialize(): array
    {
        Fiber::getCurrent() && Fiber::suspend();
        return [1];
    }

    public function __unserialize(array $data): void
    {
        Fiber::getCurrent() && Fiber::suspend();
        $this->x = 2;
    }
}

// Two stores and two fetches take turns.
$one = new Fiber(fn() => store('s1', [new Suspends, new Suspends]));
$two = new Fiber(fn() => store('s2', new Suspends));
$one->start();
$two->start();
store('s3', new R(3));
$one->resume();
$two->resume();
$one->resume();
var_dump($one->getReturn(), $two->getReturn());
$three = new Fiber(fn() => fetch('s1'));
$four = new Fiber(fn() => fetch('s1'));
$three->start();
$four->start();
volatile_clear();
$three->resume();
$four->resume();
$three->resume();
$four->resume();
var_dump(count($three->getReturn()), $four->getReturn()[1]->x);
// Never resumed: one is destroyed, one is left to the end.
$five = new Fiber(fn() => store('s5', [new Suspends]));
$five->start();
unset($five);
$six = new Fiber(fn() => store('s5', [new Suspends]));
$six->start();

// A destructor runs when what a store held is let go.
class Leaves
{
    public function __serialize(): array
    {
        new class { public function __destruct() { echo "destructor\n"; store('from destructor', new R('d')); } };
        return [];
    }

    public function __unserialize(array $data): void
    {
    }

    public function __destruct()
    {
        echo "gone\n";
    }
}
var_dump(store('l', new Leaves));
var_dump(fetch('from destructor')->x);
// An exception leaves no half-built object whose destructor could run.
class Breaks
{
    public $original = false;

    public function __unserialize(array $data): void
    {
        throw new LogicException('broken');
    }

    public function __destruct()
    {
        echo $this->original ? "the original's destructor\n" : "must not run\n";
    }
}
$breaks = new Breaks;
$breaks->original = true;
store('b', [new R(1), $breaks, $breaks]);
try {
    fetch('b');
} catch (LogicException $e) {
    echo $e->getMessage(), "\n";
}
unset($breaks);
?>
--EXPECT--
store at store: true, new
fetch at store: true, new
clear at store: true, new
delete at store: true, new
collect at store: true, new
quiesce at store: true, new
overwrite many at store: true, new
fiber at store: true, new
throw at store: thrown, old
store at fetch: true, new
fetch at fetch: true, new
clear at fetch: true, new
delete at fetch: true, new
collect at fetch: true, new
quiesce at fetch: true, new
overwrite many at fetch: true, new
fiber at fetch: true, new
throw at fetch: true, thrown
bool(true)
bool(true)
int(2)
int(2)
destructor
gone
bool(true)
string(1) "d"
broken
the original's destructor
