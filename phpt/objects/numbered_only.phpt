--TEST--
Objects with no other properties than those that ArrayObject appended to them: a list, for the engine
--EXTENSIONS--
static_cache
--INI--
error_reporting=8191
--FILE--
<?php
#[AllowDynamicProperties] class Bare {}
#[AllowDynamicProperties] class Awake { public function __wakeup() { $GLOBALS['awake']++; } }
#[AllowDynamicProperties] class Told { public function __unserialize(array $data): void { $GLOBALS['told'][] = $data; } }
class Own
{
    public function __construct(public $value) {}
    public function __serialize(): array { return [$this->value]; }
    public function __unserialize(array $data): void { [$this->value] = $data; }
}

function append(object $object, array $values): object
{
    $array = new ArrayObject($object);
    foreach ($values as $value) {
        $array[] = $value;
    }
    return $object;
}
/** What serialize() and var_dump() say of a value, and what methods were called with. */
function shown(callable $value): string
{
    [$GLOBALS['awake'], $GLOBALS['told']] = [0, []];
    ob_start();
    $value = $value();
    echo serialize($value);
    var_dump($value, $GLOBALS['awake'], $GLOBALS['told']);
    return preg_replace('/#\d+/', '#', ob_get_clean());
}
function stored(mixed $value): mixed
{
    OPcache\volatile_store('k', $value, 0, true);
    return OPcache\volatile_fetch('k');
}
function compare(string $what, mixed $value): void
{
    $native = shown(fn() => unserialize(serialize($value)));
    OPcache\volatile_store('k', $value, 0, true);
    $got = array_map(fn() => shown(fn() => OPcache\volatile_fetch('k')), [1, 2]);
    if ($got !== [$native, $native]) {
        echo "$what: ", $got[0], ' and ', $got[1], ' but ', $native, "\n";
    }
}

// The engine's own table is longer than its elements by chance, and a hash table's elements are twice as long.
$shared = new stdClass();
$kinds = [
    'ints' => fn($at) => $at, 'texts' => fn($at) => "text $at", 'null' => fn() => null, 'floats' => fn($at) => $at / 3,
    'arrays' => fn($at) => [$at, [$at]], 'objects' => fn($at) => (object) ['at' => $at], 'shared' => fn() => $shared,
    'methods' => fn($at) => new Own([$at]), 'lists' => fn($at) => append(new Bare(), [$at, [$at]]),
    'below' => fn($at) => [[append(new stdClass(), [append(new Awake(), ['deep'])])]],
];
foreach ($kinds as $kind => $make) {
    foreach ([stdClass::class, Bare::class, Awake::class, Told::class] as $class) {
        foreach ([1, 2, 3, 4, 5, 7, 8, 9, 16, 17, 100] as $count) {
            $object = append(new $class(), array_map($make, range(0, $count - 1)));
            compare("$count $kind in $class", $object);
        }
        compare("$kind in $class, among others", ['x' => [$object, 1], 'y' => $object, 'z' => clone $object]);
    }
}
echo "compared\n";

// Found by their names, and one's own.
$got = stored(append(new stdClass(), ['first', new Bare(), ['third']]));
var_dump($got->{'0'}, isset($got->{'1'}), $got->{'2'}, isset($got->{'3'}));
$got->{'0'} = 'changed';
var_dump(OPcache\volatile_fetch('k')->{'0'});

// References, copies, and arrays that are the same table.
$value = [1];
$object = append(new stdClass(), [0, 1, [&$value], [&$value]]);
$got = stored([$object, &$value]);
$got[1] = 'through';
var_dump($got[0]->{'2'}[0], $got[0]->{'3'}[0]);
$object = append(new stdClass(), [1, [2], new Bare(), 4]);
array_walk($object, function (&$value) { $value = [$value]; });
compare('written by reference', $object);
$object = append(new Bare(), [$shared, [[$shared]]]);
foreach ([[$object, (array) $object], [(array) $object, $object], [[[(array) $object]], $object, clone $object]] as $values) {
    $got = stored($values);
    $array = is_array($got[0]) ? $got[0] : $got[1];
    $array = is_array($array[0]) ? $array[0][0] : $array;
    $object = is_array($got[0]) ? $got[1] : $got[0];
    var_dump($array[0] === $object->{'0'} && $object->{'1'}[0][0] === $array[1][0][0]);
}
var_dump($got[1]->{'0'} === $got[2]->{'0'} && $got[1] !== $got[2]);
$object = append(new stdClass(), [1]);
append($object, [$object]);
$got = stored($object);
var_dump($got->{'1'} === $got);

// Where it is what cannot be stored.
foreach ([stdClass::class, Told::class, Awake::class] as $class) {
    foreach ([fn() => 1, [[STDIN]], append(new stdClass(), [2, [fn() => 1]])] as $part) {
        try {
            OPcache\volatile_store('k', ['in' => append(new $class(), [1, $part])], 0, true);
        } catch (OPcache\StaticCacheException $e) {
            echo $e->getMessage(), "\n";
        }
    }
}
?>
--EXPECT--
compared
string(5) "first"
bool(true)
array(1) {
  [0]=>
  string(5) "third"
}
bool(false)
string(5) "first"
string(7) "through"
string(7) "through"
bool(true)
bool(true)
bool(true)
bool(true)
bool(true)
volatile cache: $value['in']->{'1'} cannot be stored: it is a Closure (key "k")
volatile cache: $value['in']->{'1'}[0][0] cannot be stored: it is a resource (key "k")
volatile cache: $value['in']->{'1'}->{'1'}[0] cannot be stored: it is a Closure (key "k")
volatile cache: $value['in']->{'1'} cannot be stored: it is a Closure (key "k")
volatile cache: $value['in']->{'1'}[0][0] cannot be stored: it is a resource (key "k")
volatile cache: $value['in']->{'1'}->{'1'}[0] cannot be stored: it is a Closure (key "k")
volatile cache: $value['in']->{'1'} cannot be stored: it is a Closure (key "k")
volatile cache: $value['in']->{'1'}[0][0] cannot be stored: it is a resource (key "k")
volatile cache: $value['in']->{'1'}->{'1'}[0] cannot be stored: it is a Closure (key "k")
