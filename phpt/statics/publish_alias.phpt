--TEST--
static_publish() takes an alias for the class, and loads nothing; a name that no class can have means none
--EXTENSIONS--
static_cache
--FILE--
<?php
use function OPcache\static_publish;

#[OPcache\PinnedStatic]
class Counter { public static $n = 0; }
#[OPcache\PinnedStatic]
class Other { public static $n = 0; }
spl_autoload_register(function (string $class): void { echo "asked for $class\n"; });
class_alias('Counter', 'App\Alias');
Other::$n = 1;
foreach (['App\Alias', '\app\alias', 'counter', '\Counter'] as $name) {
    Counter::$n++;
    echo static_publish($name), static_publish($name), "\n";
}
foreach (['Missing', 'App\Missing', '\Missing', '', '\\', 'stdClass', 'int', "\0"] as $name) {
    echo static_publish($name);
}
echo "\n", static_publish(null), static_publish(), "\n";
?>

--EXPECT--
10
10
10
10
00000000
10
