--TEST--
An attribute's argument that cannot be evaluated, or is wrong, keeps static_publish() from no other class; the exception names class and member
--EXTENSIONS--
static_cache
--FILE--
<?php
use OPcache\{CacheStrategy, PinnedStatic, VolatileStatic};
use function OPcache\{pinned_cache_info, static_publish, volatile_cache_info};

class First { #[PinnedStatic] public static $n = 0; }
class Undefined { #[VolatileStatic(NONE)] public static $n = 0; }
#[VolatileStatic(Wrong::TTL)] class Wrong { const TTL = -1; public static $n = 0; }
class Text { #[VolatileStatic(self::TTL)] static function m($set = null) { static $n = 0; $n = $set ?? $n; } const TTL = '5'; }
class NoCase { #[VolatileStatic(strategy: CacheStrategy::Never)] public static $n = 0; }
class Unloaded { #[VolatileStatic(Loaded::TTL)] public static $n = 0; }
class Exits { #[VolatileStatic(Exit_::TTL)] public static $n = 0; }
#[PinnedStatic] class Pinned { public static $n = 0; }
#[VolatileStatic] class Fine { public static $n = 0; }

spl_autoload_register(function ($class) {
    match ($class) {
        'Loaded' => throw new DomainException('not to be had'),
        'Exit_' => exit("exits\n"),
        default => null,
    };
});

function publish(?string $class = null): void
{
    [$volatile, $pinned] = [volatile_cache_info(), pinned_cache_info()];
    try {
        echo static_publish($class);
    } catch (Throwable $e) {
        for ($before = ''; $e; $e = $e->getPrevious()) {
            echo $before, get_class($e), ': ', $e->getMessage();
            $before = "\n    previous ";
        }
    }
    echo "\n    stored ", volatile_cache_info()->stores - $volatile->stores, ' and ', pinned_cache_info()->stores - $pinned->stores,
        ', failed ', volatile_cache_info()->publish_failures - $volatile->publish_failures, "\n";
}

Undefined::$n = Wrong::$n = NoCase::$n = Pinned::$n = Fine::$n = 1;
Text::m(1);
publish();
publish();
foreach (['Wrong', 'Text', 'NoCase', 'Fine'] as $class) {
    publish($class);
}
define('NONE', 5);
publish('Undefined');
// The first that cannot be stored is one without arguments: what the others threw is not its reason.
First::$n = fn() => 1;
publish();
// What user code throws passes through, and so does an exit. The request's end warns of each.
Unloaded::$n = 1;
publish('Unloaded');
Exits::$n = 1;
publish('Exits');
?>
--EXPECTF--
OPcache\StaticCacheException: Undefined::$n was not published: Error was thrown: Undefined constant "NONE"
    previous Error: Undefined constant "NONE"
    stored 1 and 1, failed 4
OPcache\StaticCacheException: Undefined::$n was not published: Error was thrown: Undefined constant "NONE"
    previous Error: Undefined constant "NONE"
    stored 0 and 0, failed 4
OPcache\StaticCacheException: Wrong was not published: ValueError was thrown: OPcache\VolatileStatic: Argument #1 ($ttl) must be greater than or equal to 0
    previous ValueError: OPcache\VolatileStatic: Argument #1 ($ttl) must be greater than or equal to 0
    stored 0 and 0, failed 1
OPcache\StaticCacheException: Text::m() was not published: TypeError was thrown: OPcache\VolatileStatic: Argument #1 ($ttl) must be of type int
    previous TypeError: OPcache\VolatileStatic: Argument #1 ($ttl) must be of type int
    stored 0 and 0, failed 1
OPcache\StaticCacheException: NoCase::$n was not published: Error was thrown: Undefined constant %S::Never
    previous Error: Undefined constant %S::Never
    stored 0 and 0, failed 1
0
    stored 0 and 0, failed 0
1
    stored 1 and 0, failed 0
OPcache\StaticCacheException: First::$n was not published: pinned cache: First::$n cannot be stored: it is a Closure
    stored 0 and 0, failed 3
DomainException: not to be had
    stored 0 and 0, failed 1
exits

Warning: First::$n was not published: pinned cache: First::$n cannot be stored: it is a Closure in %s on line 0

Warning: Wrong was not published: ValueError was thrown: OPcache\VolatileStatic: Argument #1 ($ttl) must be greater than or equal to 0 in %s on line 0

Warning: Text::m() was not published: TypeError was thrown: OPcache\VolatileStatic: Argument #1 ($ttl) must be of type int in %s on line 0

Warning: NoCase::$n was not published: Error was thrown: Undefined constant %S::Never in %s on line 0

Warning: Unloaded::$n was not published: DomainException was thrown: not to be had in %s on line 0
exits

Warning: Exits::$n was not published: a method of an object called exit() in %s on line 0
