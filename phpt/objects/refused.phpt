--TEST--
What cannot be stored is refused with its path, before anything is stored
--EXTENSIONS--
static_cache
--INI--
opcache.static_cache.volatile_size_mb=32
opcache.static_cache.pinned_size_mb=32
error_reporting=8191
--FILE--
<?php
class Foo { public $part; private $hidden = []; public function hide($what) { $this->hidden = ['x' => $what]; return $this; } }
class Says { public function __construct(public $what) {} public function __serialize(): array { return ['key' => [$this->what]]; } }
class Sub extends Foo { public $own; }
function attempt(callable $call): void
{
    try {
        var_dump($call());
    } catch (OPcache\StaticCacheException | TypeError $e) {
        echo get_class($e), ': ', $e->getMessage(), "\n";
    }
}
OPcache\volatile_store('k', 'before');
$put = fn($value) => attempt(fn() => OPcache\volatile_store('k', $value, 0, true));
$foo = fn($part) => (function () use ($part) { $foo = new Foo; $foo->part = $part; return $foo; })();
$put(fn() => 1);
$put(STDIN);
$put([fn() => 1]);
$put(new class { });
$put($foo(new class extends Foo { }));
$put(['routes' => [3 => $foo(fn() => 1)]]);
$put(['f' => STDIN]);
$put([(fn() => yield 1)()]);
$put($foo([new WeakMap, 1]));
$put($foo(WeakReference::create(new stdClass)));
$put([new Fiber(fn() => 1)]);
$put($foo(null)->hide(new ReflectionClass('Foo')));
$put((new Sub)->hide(STDIN));
$put($foo((object) ['it\'s' => ['back\\slash' => STDIN]]));
$put(new Says(fn() => 1));
$put([[new Says([new Says(STDIN)])]]);
$put(new ArrayObject([1, STDIN]));
$put(new LimitIterator(new ArrayIterator([1])));
$put(new SplTempFileObject);
$reference = STDIN;
$put($foo(['r' => &$reference, 's' => &$reference]));
attempt(fn() => OPcache\volatile_store('k', [fn() => 1]));
attempt(fn() => OPcache\volatile_store_array(['ok' => 1, 'bad' => [$foo(STDIN)]], 0, true));
attempt(fn() => OPcache\volatile_store_array(['ok' => new Says(1), 'bad' => new Says(STDIN)], 0, true));
attempt(fn() => OPcache\volatile_add('new', $foo(STDIN), 0, true));
attempt(fn() => OPcache\pinned_remember('k', fn() => [$foo(fn() => 1)], true));
var_dump(OPcache\volatile_fetch('k'), OPcache\volatile_keys(), OPcache\pinned_keys());
?>
--EXPECTF--
TypeError: OPcache\volatile_store(): Argument #2 ($value) must be of type null|bool|int|float|string|array|object, Closure given
TypeError: OPcache\volatile_store(): Argument #2 ($value) must be of type null|bool|int|float|string|array|object, resource given
OPcache\StaticCacheException: volatile cache: $value[0] cannot be stored: it is a Closure (key "k")
OPcache\StaticCacheException: volatile cache: $value cannot be stored: it is an object of an anonymous class (class@anonymous) (key "k")
OPcache\StaticCacheException: volatile cache: $value->part cannot be stored: it is an object of an anonymous class (Foo@anonymous) (key "k")
OPcache\StaticCacheException: volatile cache: $value['routes'][3]->part cannot be stored: it is a Closure (key "k")
OPcache\StaticCacheException: volatile cache: $value['f'] cannot be stored: it is a resource (key "k")
OPcache\StaticCacheException: volatile cache: $value[0] cannot be stored: it is an object of class Generator, which cannot be serialized (key "k")
OPcache\StaticCacheException: volatile cache: $value->part[0] cannot be stored: it is an object of class WeakMap, which cannot be serialized (key "k")
OPcache\StaticCacheException: volatile cache: $value->part cannot be stored: it is an object of class WeakReference, which cannot be serialized (key "k")
OPcache\StaticCacheException: volatile cache: $value[0] cannot be stored: it is an object of class Fiber, which cannot be serialized (key "k")
OPcache\StaticCacheException: volatile cache: $value->hidden['x'] cannot be stored: it is an object of class ReflectionClass, which cannot be serialized (key "k")
OPcache\StaticCacheException: volatile cache: $value->hidden['x'] cannot be stored: it is a resource (key "k")
OPcache\StaticCacheException: volatile cache: $value->part->{'it\'s'}['back\\slash'] cannot be stored: it is a resource (key "k")
OPcache\StaticCacheException: volatile cache: $value->__serialize()['key'][0] cannot be stored: it is a Closure (key "k")
OPcache\StaticCacheException: volatile cache: $value[0][0]->__serialize()['key'][0][0]->__serialize()['key'][0] cannot be stored: it is a resource (key "k")
OPcache\StaticCacheException: volatile cache: $value->__serialize()[1][1] cannot be stored: it is a resource (key "k")
OPcache\StaticCacheException: volatile cache: $value cannot be stored: it is an object of class LimitIterator, which keeps its content where only PHP itself finds it and has no __serialize() (key "k")
OPcache\StaticCacheException: volatile cache: $value cannot be stored: it is an object of class SplTempFileObject, which cannot be serialized (key "k")
OPcache\StaticCacheException: volatile cache: $value->part['r'] cannot be stored: it is a resource (key "k")
bool(false)
OPcache\StaticCacheException: volatile cache: $values['bad'][0]->part cannot be stored: it is a resource
OPcache\StaticCacheException: volatile cache: $values['bad']->__serialize()['key'][0] cannot be stored: it is a resource
OPcache\StaticCacheException: volatile cache: $value->part cannot be stored: it is a resource (key "new")
OPcache\StaticCacheException: pinned cache: $value[0]->part cannot be stored: it is a Closure (key "k")
string(6) "before"
array(1) {
  [0]=>
  string(1) "k"
}
array(0) {
}
