--TEST--
Objects that methods make lazy again, initialise or give another instance are stored as they are in the end (PHP 8.4)
--SKIPIF--
<?php if (PHP_VERSION_ID < 80400) die("skip lazy objects came with PHP 8.4"); ?>
--EXTENSIONS--
static_cache
--INI--
opcache.static_cache.volatile_size_mb=8
opcache.static_cache.pinned_size_mb=8
error_reporting=8191
--FILE--
<?php
#[AllowDynamicProperties] class Plain { public $x = 1; public ?int $y = null; }
class Below extends Plain { public $x = 5; }
class Acts
{
    public static bool $on = true;
    public function __construct(private ?Closure $act = null) {}
    public function __serialize(): array { self::$on && $this->act && ($this->act)(); return []; }
    public function __unserialize(array $data): void {}
}
$class = new ReflectionClass('Plain');
$below = new ReflectionClass('Below');
$skip = ReflectionClass::SKIP_INITIALIZATION_ON_SERIALIZE;
function filled(object $object, string $x): object
{
    [$object->x, $object->y] = [$x, 2];
    $object->dynamic = $x;
    return $object;
}
function withInts(object $object): object
{
    $array = new ArrayObject($object);
    $array[] = 'under an int';
    return $object;
}
$fill = fn(string $x) => function (object $object) use ($x): void { filled($object, $x); };
$other = fn(string $x) => fn() => filled(new Plain(), $x);
$toGhost = fn($object) => $class->resetAsLazyGhost($object, $fill('second'));
$toProxy = fn($object) => $class->resetAsLazyProxy($object, $other('second'));
$toProxyNow = function ($object) use ($toProxy, $class) { $toProxy($object); $class->initializeLazyObject($object); };
$toSkipped = fn($object) => $class->resetAsLazyGhost($object, $fill('second'), $skip);
$initialise = fn($object) => $class->initializeLazyObject($object);
$behind = fn($change) => function ($object) use ($change, $class) { $change($class->initializeLazyObject($object)); };

$objects = [
    'plain' => fn() => filled(new Plain(), 'first'),
    'ints' => fn() => withInts(filled(new Plain(), 'first')),
    'ghost' => fn() => $class->newLazyGhost($fill('first')),
    'ghost with ints' => fn() => $class->newLazyGhost(function ($object) { withInts(filled($object, 'first')); }),
    'proxy' => fn() => $class->newLazyProxy($other('first')),
    'proxy with ints' => fn() => $class->newLazyProxy(fn() => withInts(filled(new Plain(), 'first'))),
    'parent' => fn() => $below->newLazyProxy($other('first')),
    'skipped ghost' => fn() => $class->newLazyGhost($fill('first'), $skip),
    'skipped proxy' => fn() => $class->newLazyProxy($other('first'), $skip),
];
$changes = [
    'nothing' => fn($object) => null, 'to a ghost' => $toGhost, 'to a proxy' => $toProxy, 'to an initialised proxy' => $toProxyNow,
    'to a skipped ghost' => $toSkipped, 'initialised' => $initialise, 'behind it to a ghost' => $behind($toGhost), 'behind it to a proxy' => $behind($toProxyNow),
];
$stores = [
    fn($object, $acts) => [OPcache\volatile_store('k', [$object, $acts], 0, true), OPcache\volatile_fetch('k')[0]],
    fn($object, $acts) => [OPcache\pinned_store_array(['o' => [$object], 'a' => $acts], true), OPcache\pinned_fetch('o')[0]],
    // Known from an earlier walk: more objects come after the first.
    fn($object, $acts) => [OPcache\volatile_store('k', [$object, $later = new stdClass(), new Acts(function () use ($later, $acts) {
        $later->late = $acts;
    })], 0, true), OPcache\volatile_fetch('k')[0]],
];
// An object that was left uninitialised is not asked again once it waits for an initialiser again.
$left = ['to a ghost', 'to a proxy', 'behind it to a ghost'];
foreach ($objects as $kind => $make) {
    echo "$kind:";
    foreach ($changes as $change => $act) {
        if (str_starts_with($kind, 'skipped') && in_array($change, $left)) {
            continue;
        }
        $shown = [];
        foreach ($stores as $do) {
            $object = $make();
            [$stored, $got] = $do($object, new Acts(function () use ($act, $object, $class) {
                // Only what is initialised can be made lazy again.
                $act === $GLOBALS['changes']['nothing'] || $class->initializeLazyObject($object);
                $act($object);
            }));
            Acts::$on = false;
            OPcache\volatile_store('alone', $object, 0, true);
            $same = OPcache\volatile_fetch('alone') == $got && get_object_vars($got) === get_object_vars(OPcache\volatile_fetch('alone'));
            Acts::$on = true;
            $shown[] = ($stored === true && $same ? '' : 'another: ') . get_class($got) . ' ' . json_encode($got);
        }
        $shown = array_unique($shown);
        echo ' ', count($shown) === 1 && !str_starts_with($shown[0], 'another') ? $got->x : json_encode($shown);
    }
    echo "\n";
}

// What is to stay uninitialised does, however often a value is walked over.
$object = $class->newLazyGhost($fill('first'), $skip);
$stores[2]($object, new Acts());
var_dump($class->isUninitializedLazyObject($object));

// Initialisers that make each other's objects lazy again come to an end.
$resets = function ($object) use (&$pair, &$resets, $class) {
    filled($object, 'x');
    $next = $pair[$object === $pair[0] ? 1 : 0];
    $class->isUninitializedLazyObject($next) || $class->resetAsLazyGhost($next, $resets);
};
$pair = [$class->newLazyGhost($resets), filled(new Plain(), 'y')];
try {
    OPcache\volatile_store('k', $pair, 0, true);
} catch (OPcache\StaticCacheException $e) {
    echo $e->getMessage(), "\n";
}
?>
--EXPECT--
plain: first second second second 1 first second second
ints: first second second second 1 first second second
ghost: first second second second 1 first second second
ghost with ints: first second second second 1 first second second
proxy: first second second second 1 first second second
proxy with ints: first second second second 1 first second second
parent: first second second second 5 first second second
skipped ghost: 1 second 1 first second
skipped proxy: 1 second 1 first second
bool(true)
volatile cache: $value cannot be stored: it becomes another one each time its objects' methods are called (key "k")
