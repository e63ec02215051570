--TEST--
An ArrayObject's methods are asked while its elements change: it changes the very array that it gives away
--EXTENSIONS--
static_cache
--SKIPIF--
<?php
if (PHP_DEBUG) die('skip a PHP that is built to be debugged asserts that its ArrayObject does not do this');
?>
--INI--
opcache.static_cache.volatile_size_mb=8
opcache.static_cache.pinned_size_mb=8
--FILE--
<?php
final class Part
{
    public function __construct(public $data = null)
    {
    }
}

/** Does something when it is asked. */
final class Acts
{
    public static ?Closure $act = null;

    public static function now(): void
    {
        [$act, self::$act] = [self::$act, null];
        $act && $act();
    }

    public function __serialize(): array
    {
        self::now();
        return ['acts'];
    }

    public function __unserialize(array $data): void
    {
        self::now();
    }
}

/** Takes itself out of a collection, and all after it. */
final class Sleeps
{
    public $v = 1;

    public function __construct(private $of = null)
    {
    }

    public function __sleep()
    {
        while ($this->of && count($this->of) > 1) {
            unset($this->of[count($this->of) - 1]);
        }
        $this->of = null;
        return ['v'];
    }
}

function shown(mixed $value): string
{
    return preg_replace('/(O:4:"Part".*?\}){3,}/', 'Parts ', serialize($value));
}
function clear(ArrayObject $object, int $kept = 0): void
{
    foreach (array_reverse(array_slice(array_keys($object->getArrayCopy()), $kept)) as $key) {
        unset($object[$key]);
    }
}
function stored(mixed $value): string
{
    try {
        OPcache\volatile_store('k', $value, 0, true);
        return shown(OPcache\volatile_fetch('k'));
    } catch (Exception $e) {
        return $e->getMessage();
    }
}

echo "== a collection that loses elements\n";
foreach ([ArrayObject::class, ArrayIterator::class] as $class) {
    $object = new ArrayObject();
    $object[] = new Sleeps($object);
    for ($i = 0; $i < 20; $i++) {
        $object[] = new Sleeps();
    }
    $value = $class === ArrayObject::class ? $object : new $class([$object, new Part()]);
    echo stored($value), "\n";
}

echo "== changes\n";
$changes = [
    'emptied' => function ($object) { clear($object); },
    'one left' => function ($object) { foreach (range(0, 10) as $key) { if ($key !== 5) unset($object[$key]); } },
    'emptied and filled' => function ($object) { clear($object); $object[7] = [new Part('new')]; },
    'keys' => function ($object) { $object['k'] = new Part('k'); unset($object[3]); },
    'keys only' => function ($object) { clear($object); $object['k'] = new Part('k'); },
    'grown' => function ($object) { for ($i = 0; $i < 1000; $i++) { $object[] = new Part(); } $object['asked'] = new Acts(); },
    'others' => function ($object) { for ($i = 1; $i < count($object); $i++) { $object[$i] = [new Part(str_repeat('x', $i)), new Sleeps()]; } },
    'closure' => function ($object) { clear($object); $object['f'] = fn() => 1; },
    'thrown' => function ($object) { clear($object); throw new LogicException('from a method'); },
];
foreach ($changes as $name => $change) {
    $said = [];
    foreach (['it', 'an array with it twice', 'its array'] as $way) {
        $object = new ArrayObject([new Acts()]);
        for ($i = 0; $i < 10; $i++) {
            $object[] = new Part();
        }
        Acts::$act = fn() => $change($object);
        $value = match ($way) {
            'it' => $object,
            'an array with it twice' => [$object, [$object]],
            'its array' => $object->__serialize()[1],
        };
        $answer = stored($value);
        unset($value);
        $after = ['it' => $object, 'an array with it twice' => [$object, [$object]], 'its array' => (array) $object][$way];
        Acts::$act = null;
        $said[$way] = $name === 'closure' || $name === 'thrown' ? $answer : ($answer === shown($after) ? 'as it is then' : "$answer\n" . shown($after));
    }
    echo "$name: ", implode(', ', array_unique($said)), "\n";
}

echo "== paths\n";
final class Gives
{
    public function __construct(private ArrayObject $in, private bool $throws)
    {
    }

    public function __serialize(): array
    {
        clear($this->in);
        return $this->throws ? throw new LogicException('thrown') : ['closure' => fn() => 1];
    }
}
foreach (['list' => [], 'keys' => ['a' => 1]] as $name => $elements) {
    $object = new ArrayObject($elements);
    $object[str_repeat($name, 2)] = new Gives($object, false);
    echo stored(['x' => $object]), "\n";
}

echo "== names of properties\n";
final class Named
{
    public $a;
    public $b;

    public function __sleep()
    {
        return $GLOBALS['names']->__serialize()[1];
    }
}
final class Name
{
    public function __construct(private string $name)
    {
    }

    public function __toString(): string
    {
        $said = str_repeat($this->name, 1);
        clear($GLOBALS['names']);
        return $said . substr($this->name, 1);
    }
}
set_error_handler(function () { clear($GLOBALS['names']); return true; });
foreach ([['none', 'a', 'b'], ['k' => 'none', 'l' => 'a'], [7, 'a'], [new Name('a'), 'b'], ['a', str_repeat('none', 2), 'b']] as $list) {
    $names = new ArrayObject($list);
    unset($list);
    $named = new Named();
    [$named->a, $named->b] = [1, 2];
    var_dump(OPcache\volatile_store('k', $named));
    echo json_encode(OPcache\volatile_fetch('k')), ' ', count($names), " left\n";
}
restore_error_handler();
?>
--EXPECT--
== a collection that loses elements
O:11:"ArrayObject":4:{i:0;i:0;i:1;a:1:{i:0;O:6:"Sleeps":1:{s:1:"v";i:1;}}i:2;a:0:{}i:3;N;}
O:13:"ArrayIterator":4:{i:0;i:0;i:1;a:2:{i:0;O:11:"ArrayObject":4:{i:0;i:0;i:1;a:1:{i:0;O:6:"Sleeps":1:{s:1:"v";i:1;}}i:2;a:0:{}i:3;N;}i:1;O:4:"Part":1:{s:4:"data";N;}}i:2;a:0:{}i:3;N;}
== changes
emptied: as it is then
one left: as it is then
emptied and filled: as it is then
keys: as it is then
keys only: as it is then
grown: as it is then
others: as it is then
closure: volatile cache: $value->__serialize()[1]['f'] cannot be stored: it is a Closure (key "k"), volatile cache: $value[0]->__serialize()[1]['f'] cannot be stored: it is a Closure (key "k"), volatile cache: $value['f'] cannot be stored: it is a Closure (key "k")
thrown: from a method
== paths
volatile cache: $value['x']->__serialize()[1]->__serialize()['closure'] cannot be stored: it is a Closure (key "k")
volatile cache: $value['x']->__serialize()[1]->__serialize()['closure'] cannot be stored: it is a Closure (key "k")
== names of properties
bool(true)
{"a":null,"b":null} 0 left
bool(true)
{"a":null,"b":null} 0 left
bool(true)
{"a":null,"b":null} 0 left
bool(true)
{"a":1,"b":null} 0 left
bool(true)
{"a":1,"b":null} 0 left
