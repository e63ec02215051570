--TEST--
static_publish() publishes what can be stored, then throws what it was told of the first that cannot
--EXTENSIONS--
static_cache
--FILE--
<?php
use OPcache\PinnedStatic;
use function OPcache\{pinned_cache_info, static_publish};

class Asked
{
    public static $calls = 0;
    public function __serialize(): array { self::$calls++; Last::$n++; return []; }
    public function __unserialize(array $data): void {}
}
class Thrower { public function __serialize(): array { throw new LogicException('not me'); } }
#[PinnedStatic] class First { public static $n = 0; }
#[PinnedStatic] class Refused { public static $n = 0; }
#[PinnedStatic] class Methods { public static $n = 0; }
#[PinnedStatic] class AlsoRefused { public static $n = 0; }
#[PinnedStatic] class Last { public static $n = 0; }

function publish(?string $class = null): void
{
    $before = pinned_cache_info();
    try {
        echo static_publish($class);
    } catch (Exception $e) {
        echo get_class($e), ': ', $e->getMessage();
    }
    $after = pinned_cache_info();
    echo "\n", $after->entry_count, ' entries, ', $after->publish_failures - $before->publish_failures, " failed\n";
}

First::$n = Last::$n = 1;
Refused::$n = fn() => 1;
AlsoRefused::$n = [fn() => 1];
publish();
// Those that are there are as they were; the others are tried again.
publish();
publish('AlsoRefused');
publish('First');
// A method that is called makes more rounds of it, in which the refused ones are not tried again.
Methods::$n = new Asked;
publish();
echo Asked::$calls, ' ', Last::$n, "\n";
Refused::$n = AlsoRefused::$n = 5;
publish();
// What user code throws comes out at once.
Refused::$n = fn() => 1;
Methods::$n = new Thrower;
publish();
Methods::$n = AlsoRefused::$n = 6;
publish();
Refused::$n = 7;
publish();
publish();
?>
--EXPECT--
OPcache\StaticCacheException: Refused was not published: pinned cache: Refused::$n cannot be stored: it is a Closure
2 entries, 2 failed
OPcache\StaticCacheException: Refused was not published: pinned cache: Refused::$n cannot be stored: it is a Closure
2 entries, 2 failed
OPcache\StaticCacheException: AlsoRefused was not published: pinned cache: AlsoRefused::$n[0] cannot be stored: it is a Closure
2 entries, 1 failed
0
2 entries, 0 failed
OPcache\StaticCacheException: Refused was not published: pinned cache: Refused::$n cannot be stored: it is a Closure
3 entries, 2 failed
1 2
2
5 entries, 0 failed
LogicException: not me
5 entries, 2 failed
OPcache\StaticCacheException: Refused was not published: pinned cache: Refused::$n cannot be stored: it is a Closure
5 entries, 1 failed
1
5 entries, 0 failed
0
5 entries, 0 failed
