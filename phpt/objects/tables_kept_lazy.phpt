--TEST--
The same of lazy objects and of what is behind proxies (PHP 8.4)
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
#[AllowDynamicProperties] class Open { public $x = 1; public ?array $y = null; }
#[AllowDynamicProperties] class Below extends Open {}
#[AllowDynamicProperties] class Again extends Open { public $x = 5; }
#[AllowDynamicProperties] class Sleeps extends Open { public function __sleep() { return ['x', 'dynamic']; } }
class Acts
{
    public static bool $on = true;
    public function __construct(private ?Closure $act = null) {}
    public function __serialize(): array { self::$on && $this->act && ($this->act)(); return []; }
    public function __unserialize(array $data): void {}
}
function check(string $what, object $object, object $behind): void
{
    Acts::$on = false;
    $object->x = 'now';
    $shown = [
        $object->x, ((array) $object)['x'], json_decode(json_encode($object))->x, unserialize(serialize($object))->x,
        $behind->x, ((array) $behind)['x'], json_decode(json_encode($behind))->x, (clone $behind)->x, get_object_vars($behind)['x'],
    ];
    echo $what, ': ', array_unique($shown) === ['now'] ? 'as it is' : json_encode($shown);
    $got = OPcache\volatile_fetch('k')[0];
    echo ', ', get_class($got), ' ', json_encode($got), "\n";
    Acts::$on = true;
}
/** An initialised object of a class, and what is behind it. */
function filled(object $object, array $list): object
{
    [$object->dynamic, $object->list, $object->x] = [1, $list, 'first'];
    return $object;
}
$list = [1, 'shared' => new stdClass()];
foreach (['Open', 'Below', 'Again', 'Sleeps'] as $name) {
    $class = new ReflectionClass($name);
    foreach (['Open', $name] as $of) {
        $object = $class->newLazyProxy(function () use ($of, &$behind, $list) { return $behind = filled(new $of(), $list); });
        OPcache\volatile_store('k', [$object, new Acts(function () use (&$behind) { $behind->late = 5; }), $list], 0, true);
        check("$name, behind it $of", $object, $behind);
        $got = OPcache\volatile_fetch('k');
        var_dump(($got[0]->list['shared'] ?? null) === $got[2]['shared']);
    }
    $object = $class->newLazyGhost(function ($object) use ($list) { filled($object, $list); });
    OPcache\volatile_store('k', [$object, new Acts(fn() => $object->late = 5), $list], 0, true);
    check("$name, ghost", $object, $object);
}

// Properties under ints of an instance of a parent class.
$object = (new ReflectionClass('Again'))->newLazyProxy(function () use (&$behind, $list) {
    $behind = filled(new Open(), $list);
    $array = new ArrayObject($behind);
    $array[] = 'under an int';
    return $behind;
});
OPcache\volatile_store('k', [$object, new Acts(function () use (&$behind) { $behind->late = 5; })], 0, true);
check('ints', $object, $behind);
?>
--EXPECT--
Open, behind it Open: as it is, Open {"x":"first","y":null,"dynamic":1,"list":{"0":1,"shared":{}},"late":5}
bool(true)
Open, behind it Open: as it is, Open {"x":"first","y":null,"dynamic":1,"list":{"0":1,"shared":{}},"late":5}
bool(true)
Open, ghost: as it is, Open {"x":"first","y":null,"dynamic":1,"list":{"0":1,"shared":{}},"late":5}
Below, behind it Open: as it is, Below {"x":"first","y":null,"dynamic":1,"list":{"0":1,"shared":{}}}
bool(true)
Below, behind it Below: as it is, Below {"x":"first","y":null,"dynamic":1,"list":{"0":1,"shared":{}},"late":5}
bool(true)
Below, ghost: as it is, Below {"x":"first","y":null,"dynamic":1,"list":{"0":1,"shared":{}},"late":5}
Again, behind it Open: as it is, Again {"x":"first","y":null,"dynamic":1,"list":{"0":1,"shared":{}}}
bool(true)
Again, behind it Again: as it is, Again {"x":"first","y":null,"dynamic":1,"list":{"0":1,"shared":{}},"late":5}
bool(true)
Again, ghost: as it is, Again {"x":"first","y":null,"dynamic":1,"list":{"0":1,"shared":{}},"late":5}
Sleeps, behind it Open: as it is, Sleeps {"x":"first","y":null,"dynamic":1}
bool(false)
Sleeps, behind it Sleeps: as it is, Sleeps {"x":"first","y":null,"dynamic":1}
bool(false)
Sleeps, ghost: as it is, Sleeps {"x":"first","y":null,"dynamic":1}
ints: as it is, Again {"x":"first","y":null,"dynamic":1,"list":{"0":1,"shared":{}},"0":"under an int"}
