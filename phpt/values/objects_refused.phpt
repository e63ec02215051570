--TEST--
Objects are refused for now, with the path
--EXTENSIONS--
static_cache
--INI--
opcache.static_cache.volatile_size_mb=8
opcache.static_cache.pinned_size_mb=8
--FILE--
<?php
class Foo {}
function attempt(callable $call): void
{
    try {
        var_dump($call());
    } catch (OPcache\StaticCacheException $e) {
        echo $e->getMessage(), "\n";
    }
}
attempt(fn() => OPcache\volatile_store('k', new stdClass));
attempt(fn() => OPcache\volatile_store('k', new stdClass, 0, true));
attempt(fn() => OPcache\pinned_store('k', ['a' => [3 => new Foo]], true));
attempt(fn() => OPcache\pinned_store('k', ["it's" => ['back\\slash' => new Foo]], true));
attempt(fn() => OPcache\volatile_store_array(['ok' => 1, 'bad' => [new Foo]], 0, true));
attempt(fn() => OPcache\volatile_store('k', [fn() => 1], 0, true));
attempt(fn() => OPcache\volatile_store('k', ['f' => STDIN], 0, true));
attempt(fn() => OPcache\volatile_add('k', [(fn() => yield 1)()], 0, true));
attempt(fn() => OPcache\pinned_remember('k', fn() => [new Foo], true));
var_dump(OPcache\volatile_keys(), OPcache\pinned_keys(), OPcache\volatile_cache_info()->store_failures);
?>
--EXPECT--
bool(false)
volatile cache: $value cannot be stored: it is an object of class stdClass
pinned cache: $value['a'][3] cannot be stored: it is an object of class Foo
pinned cache: $value['it\'s']['back\\slash'] cannot be stored: it is an object of class Foo
volatile cache: $values['bad'][0] cannot be stored: it is an object of class Foo
volatile cache: $value[0] cannot be stored: it is a Closure
volatile cache: $value['f'] cannot be stored: it is a resource
volatile cache: $value[0] cannot be stored: it is an object of class Generator
pinned cache: $value[0] cannot be stored: it is an object of class Foo
array(0) {
}
array(0) {
}
int(6)
