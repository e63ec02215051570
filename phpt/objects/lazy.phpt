--TEST--
Lazy objects are initialised, proxies are what is behind them (PHP 8.4)
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
    private $b = ['x'];
    public readonly int $r;

    public function fill($a): static
    {
        $this->a = $a;
        $this->r = 5;
        return $this;
    }
}
class Keeps extends C
{
    public function __serialize(): array
    {
        return ['a' => $this->a];
    }

    public function __unserialize(array $data): void
    {
        $this->a = "un {$data['a']}";
    }
}
$class = new ReflectionClass('C');
$log = [];
$ghost = $class->newLazyGhost(function (C $object) use (&$log) { $log[] = 'ghost'; $object->fill('g'); });
$proxy = $class->newLazyProxy(function () use (&$log) { $log[] = 'proxy'; return (new C)->fill('p'); });
$ready = $class->newLazyProxy(fn() => (new C)->fill('ready'));
$ready->a;
$skipped = $class->newLazyGhost(function (C $object) { $object->fill('never'); }, ReflectionClass::SKIP_INITIALIZATION_ON_SERIALIZE);
$class->getProperty('a')->setRawValueWithoutLazyInitialization($skipped, 'set');
$keeps = (new ReflectionClass('Keeps'))->newLazyGhost(function (Keeps $object) { $object->fill('k'); });
$value = ['ghost' => $ghost, 'proxy' => $proxy, 'again' => [$proxy], 'ready' => $ready, 'skipped' => $skipped, 'keeps' => $keeps];
OPcache\volatile_store('v', $value, 0, true);
echo implode(',', $log), "\n";
$got = OPcache\volatile_fetch('v');
foreach ($got as $name => $object) {
    $object = is_array($object) ? $object[0] : $object;
    echo $name, ' ', json_encode($object->a), ' ', isset($object->r) ? $object->r : 'none', ' ',
        var_export($class->isUninitializedLazyObject($object), true), "\n";
}
var_dump($got['proxy'] === $got['again'][0], $class->isUninitializedLazyObject($skipped));
unset($value['keeps'], $got['keeps']);
var_dump(serialize($got) === serialize(unserialize(serialize($value))));
$throws = $class->newLazyGhost(fn() => throw new Exception('initialiser'));
try {
    OPcache\volatile_store('v', [$throws]);
} catch (Exception $e) {
    echo $e->getMessage(), "\n";
}
?>
--EXPECT--
ghost,proxy
ghost "g" 5 false
proxy "p" 5 false
again "p" 5 false
ready "ready" 5 false
skipped "set" none false
keeps "un k" none false
bool(true)
bool(true)
bool(true)
initialiser
