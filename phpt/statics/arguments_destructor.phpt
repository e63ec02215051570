--TEST--
What a destructor throws, of what the error of an attribute's argument held, comes out of static_publish()
--EXTENSIONS--
static_cache
--FILE--
<?php
use OPcache\VolatileStatic;

final class Held
{
    public function __destruct() { throw new Exception('of a destructor'); }
}
spl_autoload_register(function (string $class): void {
    // The error's trace holds the argument.
    (function (?Held $held) use ($class): void { throw new Error("$class cannot be loaded"); })($class === 'Second' ? new Held() : null);
});
#[VolatileStatic(ttl: First::TTL)] class A { public static $n = 0; }
#[VolatileStatic(ttl: Second::TTL)] class B { public static $n = 0; }
#[VolatileStatic(ttl: Third::TTL)] class C { public static $n = 0; }
#[VolatileStatic] class Fine { public static $n = 0; }

A::$n = B::$n = C::$n = Fine::$n = 1;
foreach ([1, 2] as $time) {
    try {
        OPcache\static_publish();
    } catch (Throwable $e) {
        for ($before = ''; $e; $e = $e->getPrevious()) {
            echo $before, get_class($e), ': ', $e->getMessage(), "\n";
            $before = 'previous ';
        }
    }
    B::$n = 0;
}
echo OPcache\volatile_cache_info()->stores, "\n";
A::$n = C::$n = 0;
?>
--EXPECT--
Exception: of a destructor
OPcache\StaticCacheException: A was not published: Error was thrown: First cannot be loaded
previous Error: First cannot be loaded
1
