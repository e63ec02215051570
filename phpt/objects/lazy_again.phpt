--TEST--
A proxy whose instance was made lazy again is initialised if serialize() would do so, and only then (PHP 8.4)
--SKIPIF--
<?php if (PHP_VERSION_ID < 80400) die("skip lazy objects came with PHP 8.4"); ?>
--EXTENSIONS--
static_cache
--INI--
opcache.static_cache.volatile_size_mb=32
opcache.static_cache.pinned_size_mb=32
error_reporting=8191
--FILE--
<?php
class C
{
    public $a = 1;
    public ?int $b = null;
}
class Sleeps extends C
{
    public function __sleep(): array { return ['a', 'b']; }
}
class Unserializes extends C
{
    public function __unserialize(array $data): void { $this->a = $data; }
}
/** A proxy whose instance is lazy again, as its own object or by way of another proxy. */
function again(string $name, int $proxy, int $instance, string $kind, bool $throws): object
{
    $class = new ReflectionClass($name);
    $object = $class->newLazyProxy(fn() => new $name, $proxy);
    $behind = $class->initializeLazyObject($object);
    $initialise = function ($object) use ($throws, $name, $kind) {
        $GLOBALS['log'][] = 'initialiser';
        if ($throws) {
            throw new Exception('from the initialiser');
        }
        if ($kind === 'Ghost') {
            $object->a = [2];
            return;
        }
        $object = new $name;
        $object->a = [2];
        return $object;
    };
    $class->{"resetAsLazy$kind"}($behind, $initialise, $instance);
    return $object;
}
set_error_handler(function (int $level, string $message): bool {
    $GLOBALS['log'][] = preg_replace('/^[\w\\\\]+\(\): /', '', $message);
    return true;
});
function outcome(callable $f): array
{
    $GLOBALS['log'] = [];
    try {
        $got = serialize($f());
    } catch (Exception $e) {
        $got = $e->getMessage();
    }
    return [$got, $GLOBALS['log']];
}
$skip = ReflectionClass::SKIP_INITIALIZATION_ON_SERIALIZE;
$same = 0;
foreach (['C', 'Sleeps', 'Unserializes'] as $name) {
    foreach ([0, $skip] as $proxy) {
        foreach ([0, $skip] as $instance) {
            foreach (['Ghost', 'Proxy'] as $kind) {
                foreach ([false, true] as $throws) {
                    $expected = outcome(fn() => unserialize(serialize(again($name, $proxy, $instance, $kind, $throws))));
                    $got = outcome(function () use ($name, $proxy, $instance, $kind, $throws) {
                        OPcache\volatile_store('v', again($name, $proxy, $instance, $kind, $throws), 0, true);
                        return OPcache\volatile_fetch('v');
                    });
                    if ($got === $expected) {
                        $same++;
                    } else {
                        echo "$name, $proxy, $instance, $kind, ", $throws ? 'throws' : 'does not throw', ': ';
                        echo json_encode($got), ' but ', json_encode($expected), "\n";
                    }
                }
            }
        }
    }
}
echo $same, " as for serialize()\n";
$object = again('C', 0, 0, 'Proxy', false);
OPcache\volatile_store('v', [$object], 0, true);
var_dump(OPcache\volatile_fetch('v')[0]->a, $object->a);
?>
--EXPECT--
48 as for serialize()
array(1) {
  [0]=>
  int(2)
}
array(1) {
  [0]=>
  int(2)
}
