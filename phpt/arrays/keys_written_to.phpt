--TEST--
Keys that user code writes to in place while they are fetched are fetched as they were
--EXTENSIONS--
static_cache
--SKIPIF--
<?php
if (PHP_DEBUG) die('skip a PHP that is built to be debugged asserts that its ArrayObject does not do this');
?>
--INI--
opcache.static_cache.volatile_size_mb=16
opcache.static_cache.pinned_size_mb=16
--FILE--
<?php
/** Changes the keys when it is made. */
class Changes
{
    public static ?Closure $change = null;
    public function __serialize(): array
    {
        return [];
    }
    public function __unserialize(array $data): void
    {
        (self::$change ?? fn() => null)();
    }
}
class Dies
{
    public function __destruct()
    {
        (Changes::$change ?? fn() => null)();
    }
}
function show(string $what, array $got, array $expected): void
{
    echo $what, ': ', array_keys($got) === $expected ? 'all' : json_encode(array_keys($got), JSON_INVALID_UTF8_SUBSTITUTE), "\n";
}
// Strings of the request's own, which die with their last holder.
$names = array_map(fn($at) => 'key-' . dechex($at), range(0, 19));
foreach ($names as $at => $name) {
    OPcache\volatile_store($name, $at ? $at : new Changes);
}
// An ArrayObject hands out its storage, and writes to it all the same.
function keys_of(ArrayObject $object): array
{
    return $object->__serialize()[1];
}
function fresh(): ArrayObject
{
    $object = new ArrayObject;
    for ($at = 0; $at < 20; $at++) {
        $object[] = 'key-' . dechex($at);
    }
    return $object;
}
/** Takes the memory of strings that were freed. */
function reuse(): void
{
    for ($at = 0; $at < 100; $at++) {
        $GLOBALS['kept'][] = str_repeat(chr(65 + $at % 26), 5);
    }
}
$changes = [
    'shrink' => function (ArrayObject $object) {
        for ($at = count($object) - 1; $at >= 0; $at--) {
            unset($object[$at]);
        }
    },
    'replace' => function (ArrayObject $object) {
        for ($at = 0; $at < 20; $at++) {
            $object[$at] = "z$at";
        }
    },
    'hash' => function (ArrayObject $object) {
        for ($at = 0; $at < 100; $at++) {
            $object["q$at"] = "key$at";
        }
    },
    'grow' => function (ArrayObject $object) {
        for ($at = 0; $at < 500; $at++) {
            $object[] = "key$at";
        }
    },
];
foreach ($changes as $what => $change) {
    $object = fresh();
    Changes::$change = function () use ($object, $change) {
        $change($object);
        reuse();
    };
    show($what, OPcache\volatile_fetch_array(keys_of($object)), $names);
    Changes::$change = null;
}

// The same while a value dies that a later element of the same name replaces, and of keys in variables.
OPcache\volatile_store('dies', new Dies);
$object = fresh();
$object[1] = $object[2] = strrev('seid');
Changes::$change = fn() => [$changes['shrink']($object), reuse()];
show('duplicate', OPcache\volatile_fetch_array(keys_of($object)), ['key-0', 'dies', ...array_slice($names, 3)]);
Changes::$change = null;

$object = fresh();
$reference = 'key-' . dechex(1);
$keys = keys_of($object);
$keys[1] = &$reference;
Changes::$change = function () use (&$reference) {
    $reference = 5;
    reuse();
};
show('reference', OPcache\volatile_fetch_array($keys), $names);
Changes::$change = null;
var_dump($reference);

// A literal is fetched all the same, with values that are built among others.
var_dump(array_map(get_debug_type(...), OPcache\volatile_fetch_array(['key-1', 'none', 'key-0', 7, 'key-2', 'key-0'], [])));
?>
--EXPECT--
shrink: all
replace: all
hash: all
grow: all
duplicate: all
reference: all
int(5)
array(5) {
  ["key-1"]=>
  string(3) "int"
  ["none"]=>
  string(5) "array"
  ["key-0"]=>
  string(7) "Changes"
  [7]=>
  string(5) "array"
  ["key-2"]=>
  string(3) "int"
}
