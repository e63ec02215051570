--TEST--
A lazy proxy whose instance is an object of a parent class, with fewer slots or other ones (PHP 8.4)
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
// Overridden properties leave a slot without use in the child: it has 200 where the parent has 100.
$many = implode(' ', array_map(fn($i) => "public \$p$i = $i;", range(1, 100)));
eval("class Many { $many } class ManyOverridden extends Many { $many }");
// Private properties of one name are two, in two slots.
class Priv { private $x = 1; public $y = [2]; }
class PrivChild extends Priv { public $x = 3; public $y = 4; }
// Full names change with the visibility.
class Prot { protected $x = 1; protected int $y = 2; }
class ProtChild extends Prot { public $x = 3; public int $y = 4; }
class Plain { public $x = 1; public $y = 2; public ?stdClass $z = null; }
class Unserializes extends Plain
{
    public $x = 5;
    public $y = 6;
    public function __unserialize(array $data): void { $this->x = array_keys($data); $this->y = $data; }
}
class Sleeps extends Plain
{
    public $x = 5;
    public $y = 6;
    public ?stdClass $z = null;
    public function __sleep(): array { return ['y', 'z']; }
}
class Wakes extends Plain
{
    public $x = 5;
    public ?stdClass $z = null;
    public function __wakeup(): void { $this->x = [$this->x, 'woken']; }
}
class Base { public function __construct(public $x = 1, public $y = 2, public int $z = 3) {} }
// With hooks of its own a property is in the child's slot.
eval('class Hooked extends Base { public $x = 7 { set => $value; } public int $z = 9 { get => $this->z; } }');
eval('class HookedSleeps extends Hooked { public function __sleep(): array { return ["x", "z"]; } }');
eval('class HookedUnserializes extends Hooked { public function __unserialize(array $data): void { $this->y = $data; } }');
#[AllowDynamicProperties] class Dyn { public $x = 1; }
class DynChild extends Dyn { public $x = 2; }

function say(string $what, mixed $value): void
{
    OPcache\volatile_store('v', $value, 0, true);
    $native = unserialize(serialize($value));
    $got = OPcache\volatile_fetch('v');
    $show = fn($value) => preg_replace('/#\d+/', '#', print_r($value, true) . serialize($value));
    echo $what, ': ', $show($got) === $show($native) ? "as unserialize(serialize())\n" : "{$show($got)} but {$show($native)}\n";
}
function proxy(string $class, object $instance): object
{
    return (new ReflectionClass($class))->newLazyProxy(fn() => $instance);
}

say('many', proxy('ManyOverridden', new Many));
say('many, of a list', [proxy('ManyOverridden', new Many), 'x', proxy('ManyOverridden', new Many)]);
say('private', proxy('PrivChild', new Priv));
say('protected', proxy('ProtChild', new Prot));
say('__unserialize', proxy('Unserializes', new Plain));
say('__sleep', proxy('Sleeps', new Plain));
say('__wakeup', proxy('Wakes', new Plain));
say('hooks', proxy('Hooked', new Base(1, [2], 4)));
say('hooks and __sleep', proxy('HookedSleeps', new Base(1, [2], 4)));
say('hooks and __unserialize', proxy('HookedUnserializes', new Base(1, [2], 4)));
$dynamic = new Dyn;
$dynamic->more = ['dynamic', new stdClass];
$dynamic->{5} = 'number';
say('dynamic', proxy('DynChild', $dynamic));
(array) $dynamic;
say('dynamic, with a table', proxy('DynChild', $dynamic));
$plain = new Plain;
$plain->z = new stdClass;
$reference = &$plain->z;
$plain->x = [&$plain->y];
$plain->y = $plain;
$proxy = proxy('Wakes', $plain);
$got = [$proxy, $plain, &$reference];
OPcache\volatile_store('v', $got, 0, true);
$got = OPcache\volatile_fetch('v');
var_dump(get_class($got[0]), $got[0]->x[1], $got[0]->y === $got[1], $got[0]->z === $got[2], $got[1]->z === $got[2]);
try {
    $got[2] = 5;
} catch (TypeError $e) {
    echo get_class($e), "\n";
}
// Nothing of it is left behind.
unset($got, $reference);
$weak = WeakReference::create($plain->z);
$plain->y = null;
unset($plain, $proxy);
var_dump($weak->get());
#[OPcache\PinnedStatic]
class Keeper
{
    public static $proxy;
}
Keeper::$proxy = proxy('ManyOverridden', new Many);
echo Keeper::$proxy->p50, "\n";
?>
--EXPECT--
many: as unserialize(serialize())
many, of a list: as unserialize(serialize())
private: as unserialize(serialize())
protected: as unserialize(serialize())
__unserialize: as unserialize(serialize())
__sleep: as unserialize(serialize())
__wakeup: as unserialize(serialize())
hooks: as unserialize(serialize())
hooks and __sleep: as unserialize(serialize())
hooks and __unserialize: as unserialize(serialize())
dynamic: as unserialize(serialize())
dynamic, with a table: as unserialize(serialize())
string(5) "Wakes"
string(5) "woken"
bool(true)
bool(true)
bool(true)
TypeError
NULL
50
