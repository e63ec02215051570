--TEST--
Looking whether state was changed initialises no object, also where a proxy's instance was made lazy again (PHP 8.4)
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
    public $b;
}
#[OPcache\VolatileStatic(strategy: OPcache\CacheStrategy::Tracking)]
class State
{
    public static $all = [];
}
$class = new ReflectionClass('C');
$skip = ReflectionClass::SKIP_INITIALIZATION_ON_SERIALIZE;
$proxy = $class->newLazyProxy(fn() => new C, $skip);
$instance = $class->initializeLazyObject($proxy);
State::$all = ['proxy' => $proxy];
for ($number = 0; $number < 50; $number++) {
    State::$all[] = [new C, str_repeat('y', $number)];
}
$publish = function (string $what): void {
    try {
        echo $what, ': ', OPcache\static_publish(), "\n";
    } catch (Exception $e) {
        echo $what, ': ', $e->getMessage(), "\n";
    }
};
$publish('first');
$publish('unchanged');
$class->resetAsLazyGhost($instance, function () {
    echo "initialised\n";
    State::$all = [];
    throw new Exception('from the initialiser');
});
$publish('lazy again, skipped');
$publish('unchanged');
var_dump($class->isUninitializedLazyObject($instance), count(State::$all));
// Where it has to be initialised, the publication does so.
$proxy = $class->newLazyProxy(fn() => new C);
$instance = $class->initializeLazyObject($proxy);
State::$all['proxy'] = $proxy;
$publish('another');
$publish('unchanged');
$class->resetAsLazyGhost($instance, function (C $object) {
    echo "(initialised) ";
    $object->a = 2;
});
$publish('lazy again');
$publish('unchanged');
?>
--EXPECT--
first: 1
unchanged: 0
lazy again, skipped: 1
unchanged: 0
bool(true)
int(51)
another: 1
unchanged: 0
lazy again: (initialised) 1
unchanged: 0
