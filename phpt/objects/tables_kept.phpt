--TEST--
The script's objects stay as they are through a store in which methods add, change or unset their dynamic properties
--EXTENSIONS--
static_cache
--INI--
opcache.static_cache.volatile_size_mb=8
opcache.static_cache.pinned_size_mb=8
error_reporting=8191
--FILE--
<?php
#[AllowDynamicProperties] class Open { public $x = 1; private $own = 2; }
#[AllowDynamicProperties] class Sleeps { public $x = 1; public function __sleep() { return ['x']; } }
#[AllowDynamicProperties] class Wakes { public $x = 1; public function __wakeup() {} }
#[AllowDynamicProperties] class Heap extends SplMinHeap { public $x = 1; }
#[AllowDynamicProperties] class Queue extends SplPriorityQueue { public $x = 1; }
class Acts
{
    public static bool $on = true;
    public function __construct(private ?Closure $act = null) {}
    public function __serialize(): array { self::$on && $this->act && ($this->act)(); return []; }
    public function __unserialize(array $data): void {}
}
#[OPcache\VolatileStatic] class Statics { public static $object; public static $acts; }

/** What every way to look at an object shows of x. */
function shown(object $object): array
{
    $looped = [];
    foreach ($object as $name => $value) {
        $looped[$name] = $value;
    }
    ob_start();
    var_dump($object);
    preg_match('/\["x"\]=>\s+string\(\d+\) "(\w+)"/', ob_get_clean(), $dumped);
    $copy = clone $object;
    $serialized = strpos(serialize($object), 's:3:"now"') ? 'now' : 'not';
    return [
        $object->x, ((array) $object)['x'], json_decode(json_encode($object))->x ?? null, $dumped[1] ?? null, $copy->x,
        ((array) $copy)['x'], $serialized, get_object_vars($object)['x'], $object instanceof Traversable ? 'now' : $looped['x'],
    ];
}
function check(string $what, object $object): void
{
    Acts::$on = false;
    $object->x = 'now';
    $shown = array_unique(shown($object));
    echo $what, ': ', $shown === ['now'] ? 'as it is' : json_encode(shown($object)), "\n";
    Acts::$on = true;
}
$stores = [
    'store' => fn($object, $acts) => OPcache\volatile_store('k', [$object, $acts], 0, true),
    'within' => fn($object, $acts) => [$object->acts = $acts, OPcache\pinned_store('k', $object, true)],
    'store_array' => fn($object, $acts) => OPcache\pinned_store_array(['k' => $object, 'l' => $acts], true),
    'store_array, in one' => fn($object, $acts) => OPcache\volatile_store_array(['k' => [$object, $acts], 'l' => $object], 0, true),
    'remember' => fn($object, $acts) => [OPcache\volatile_delete('k'), OPcache\volatile_remember('k', fn() => [$object, $acts])],
    'publish' => function ($object, $acts) {
        [Statics::$object, Statics::$acts] = [$object, $acts];
        OPcache\static_publish();
    },
    'fiber' => function ($object, $acts) {
        $fiber = new Fiber(fn() => OPcache\volatile_store('k', [$object, new Acts(fn() => Fiber::suspend())], 0, true));
        $fiber->start();
        $acts->__serialize();
        $fiber->resume();
    },
];
$changes = [
    'adds' => function ($object) { $object->late = 5; },
    'changes' => function ($object) { $object->dynamic = 2; },
    'unsets' => function ($object) { unset($object->dynamic); },
    'appends' => function ($object) { $object->list[] = 2; },
    'adds many' => function ($object) { for ($i = 0; $i < 40; $i++) { $object->{"n$i"} = new Acts(); } },
    'throws' => function ($object) { $object->late = 5; throw new Exception(); },
];
$make = function (string $class) {
    $object = new $class();
    [$object->dynamic, $object->list] = [1, [1]];
    return $object;
};
foreach ($stores as $store => $do) {
    foreach ($changes as $change => $act) {
        $object = $make('Open');
        try {
            $do($object, new Acts(fn() => $act($object)));
        } catch (Exception) {
        }
        check("$store, $change", $object);
    }
}
[Statics::$object, Statics::$acts] = [null, null];
foreach (['Sleeps', 'Wakes', 'Heap', 'Queue'] as $class) {
    $object = $make($class);
    $stores['store']($object, new Acts(fn() => $object->late = 5));
    check($class, $object);
}
$object = new Sleeps();
$stores['store']($object, new Acts(fn() => $object->late = 5));
check('Sleeps without any before', $object);

// What is stored is what there is once all methods were called, with objects that came meanwhile.
$object = $make('Open');
$object->last = new Acts();
$change = function () use ($object) {
    $object->late = new Acts(fn() => $object->later = [new Acts()]);
    unset($object->dynamic);
    $object->x = 'x';
};
OPcache\volatile_store('k', [$object, new Acts($change)], 0, true);
echo implode(' ', array_keys(get_object_vars(OPcache\volatile_fetch('k')[0]))), "\n";

// Methods that always add another one come to an end.
$object = $make('Open');
$add = function () use ($object, &$add) { $object->{'n' . count((array) $object)} = new Acts($add); };
$object->first = new Acts($add);
try {
    OPcache\volatile_store('k', $object, 0, true);
} catch (OPcache\StaticCacheException $e) {
    echo $e->getMessage(), "\n";
}
check('added to without end', $object);

// Where a table shrinks below where the walk is, and something cannot be stored.
$object = $make('Open');
$object->last = new Acts(function () use ($object) {
    foreach (['dynamic', 'list', 'last'] as $name) {
        unset($object->$name);
    }
    throw new Exception('from within');
});
try {
    OPcache\volatile_store('k', $object, 0, true);
} catch (Exception $e) {
    echo get_class($e), ': ', $e->getMessage(), "\n";
}
check('emptied', $object);
?>
--EXPECT--
store, adds: as it is
store, changes: as it is
store, unsets: as it is
store, appends: as it is
store, adds many: as it is
store, throws: as it is
within, adds: as it is
within, changes: as it is
within, unsets: as it is
within, appends: as it is
within, adds many: as it is
within, throws: as it is
store_array, adds: as it is
store_array, changes: as it is
store_array, unsets: as it is
store_array, appends: as it is
store_array, adds many: as it is
store_array, throws: as it is
store_array, in one, adds: as it is
store_array, in one, changes: as it is
store_array, in one, unsets: as it is
store_array, in one, appends: as it is
store_array, in one, adds many: as it is
store_array, in one, throws: as it is
remember, adds: as it is
remember, changes: as it is
remember, unsets: as it is
remember, appends: as it is
remember, adds many: as it is
remember, throws: as it is
publish, adds: as it is
publish, changes: as it is
publish, unsets: as it is
publish, appends: as it is
publish, adds many: as it is
publish, throws: as it is
fiber, adds: as it is
fiber, changes: as it is
fiber, unsets: as it is
fiber, appends: as it is
fiber, adds many: as it is
fiber, throws: as it is
Sleeps: as it is
Wakes: as it is
Heap: as it is
Queue: as it is
Sleeps without any before: as it is
x list last late later
volatile cache: $value cannot be stored: it becomes another one each time its objects' methods are called (key "k")
added to without end: as it is
Exception: from within
emptied: as it is
