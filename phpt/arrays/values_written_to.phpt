--TEST--
Values that user code writes to in place while they are stored are stored as they were
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
class Value
{
    public static ?Closure $change = null;
    public static int $asked = 0;
    public function __construct(public int $number)
    {
    }
    public function __serialize(): array
    {
        self::$asked++;
        if ($change = self::$change) {
            self::$change = null;
            $change();
        }
        return [$this->number];
    }
    public function __unserialize(array $data): void
    {
        $this->number = $data[0];
    }
    public function __destruct()
    {
        $GLOBALS['kept'][] = str_repeat('d', 30);
    }
}
$changes = [
    'shrink' => function (ArrayObject $object) {
        foreach (array_reverse(array_keys($object->getArrayCopy())) as $key) {
            unset($object[$key]);
        }
    },
    'grow' => function (ArrayObject $object) {
        for ($at = 0; $at < 500; $at++) {
            $object[] = str_repeat('g', 30);
        }
    },
    'replace' => function (ArrayObject $object) {
        for ($at = 0; $at < 100; $at++) {
            $object[$at] = 7;
        }
    },
    'hash' => function (ArrayObject $object) {
        for ($at = 0; $at < 100; $at++) {
            $object["q$at"] = $at;
        }
    },
    'all of it' => function (ArrayObject $object) {
        for ($at = count($object) - 1; $at >= 0; $at--) {
            unset($object[$at], $object["k$at"]);
        }
        for ($at = 0; $at < 200; $at++) {
            $object["key$at"] = $at;
        }
    },
];
foreach (['volatile', 'pinned'] as $backend) {
    [$store, $fetch, $clear] = ["OPcache\\{$backend}_store_array", "OPcache\\{$backend}_fetch_array", "OPcache\\{$backend}_clear"];
    foreach (['packed' => '', 'named' => 'k'] as $kind => $prefix) {
        foreach ($changes as $what => $change) {
            $clear();
            $object = new ArrayObject;
            $expected = [];
            for ($at = 0; $at < 20; $at++) {
                // Numbers and strings between the objects, which only the array holds.
                $object[$kind == 'packed' ? $at : "k$at"] = match ($at % 3) {
                    0 => new Value($at),
                    1 => $at,
                    2 => str_repeat('s', $at + 1),
                };
                $expected["$prefix$at"] = $at % 3 ? ($at % 3 == 1 ? $at : str_repeat('s', $at + 1)) : $at;
            }
            Value::$asked = 0;
            Value::$change = fn() => $change($object);
            $stored = $store($object->__serialize()[1], throw_on_error: true);
            $got = array_map(fn($value) => $value->number ?? $value, $fetch(array_keys($expected)));
            $count = count(("OPcache\\{$backend}_keys")());
            echo "$backend, $kind, $what: ", $stored && $got === $expected && $count === 20 ? 'stored' : 'not stored', ', ', Value::$asked, "\n";
        }
    }
}

// What cannot be stored is named as it was.
$object = new ArrayObject(['first' => new Value(1)]);
$object['sec' . random_int(1, 1)] = [fopen('php://memory', 'r')];
Value::$change = fn() => $changes['shrink']($object);
try {
    OPcache\volatile_store_array($object->__serialize()[1], throw_on_error: true);
} catch (OPcache\StaticCacheException $exception) {
    echo $exception->getMessage(), "\n";
}
?>
--EXPECT--
volatile, packed, shrink: stored, 7
volatile, packed, grow: stored, 7
volatile, packed, replace: stored, 7
volatile, packed, hash: stored, 7
volatile, packed, all of it: stored, 7
volatile, named, shrink: stored, 7
volatile, named, grow: stored, 7
volatile, named, replace: stored, 7
volatile, named, hash: stored, 7
volatile, named, all of it: stored, 7
pinned, packed, shrink: stored, 7
pinned, packed, grow: stored, 7
pinned, packed, replace: stored, 7
pinned, packed, hash: stored, 7
pinned, packed, all of it: stored, 7
pinned, named, shrink: stored, 7
pinned, named, grow: stored, 7
pinned, named, replace: stored, 7
pinned, named, hash: stored, 7
pinned, named, all of it: stored, 7
volatile cache: $values['sec1'][0] cannot be stored: it is a resource
