--TEST--
A lazy object with __sleep that is not to be initialised for serialize() is stored as it is
--EXTENSIONS--
static_cache
--SKIPIF--
<?php
if (PHP_VERSION_ID < 80400) echo 'skip needs lazy objects (PHP 8.4)';
?>
--FILE--
<?php
class Sleeper
{
    public int $x = 1;
    public int $y = 2;
    private int $never;

    public function __sleep(): array
    {
        return ['x', 'y', 'never'];
    }
}

set_error_handler(function (int $level, string $message): bool {
    $GLOBALS['said'][] = preg_replace('/^[\w\\\\]+\(\): /', '', $message);
    return true;
});
$class = new ReflectionClass('Sleeper');
$make = function (bool $proxy, bool $skip, bool $given) use ($class): Sleeper {
    $options = $skip ? ReflectionClass::SKIP_INITIALIZATION_ON_SERIALIZE : 0;
    $object = $proxy
        ? $class->newLazyProxy(function () { echo 'initialised '; $object = new Sleeper(); $object->x = 9; return $object; }, $options)
        : $class->newLazyGhost(function (Sleeper $object) { echo 'initialised '; $object->x = 9; }, $options);
    if ($given) {
        $class->getProperty('x')->setRawValueWithoutLazyInitialization($object, 5);
    }
    return $object;
};
foreach ([false, true] as $proxy) {
    foreach ([[true, false], [true, true], [false, false]] as [$skip, $given]) {
        echo $proxy ? 'proxy' : 'ghost', $skip ? ', skipped' : '', $given ? ', given' : '', ': ';
        [$said, $object] = [[], $make($proxy, $skip, $given)];
        $expected = unserialize(serialize($object));
        [$expectedSaid, $said] = [$said, []];
        $object = $make($proxy, $skip, $given);
        OPcache\pinned_store('lazy', $object, true);
        $fetched = OPcache\pinned_fetch('lazy');
        echo $class->isUninitializedLazyObject($object) ? 'still lazy, ' : 'no longer lazy, ';
        echo $fetched == $expected && $said === $expectedSaid ? "as for serialize()\n" : "NOT as for serialize()\n";
    }
}
?>
--EXPECT--
ghost, skipped: still lazy, as for serialize()
ghost, skipped, given: still lazy, as for serialize()
ghost: initialised initialised no longer lazy, as for serialize()
proxy, skipped: still lazy, as for serialize()
proxy, skipped, given: still lazy, as for serialize()
proxy: initialised initialised no longer lazy, as for serialize()
