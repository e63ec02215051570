--TEST--
A chain of state whose objects' classes have state takes no more of a fiber's stack than that has, whatever the autoloader needs
--EXTENSIONS--
static_cache
--FILE--
<?php
require __DIR__ . '/../helpers/statics.inc';
const COUNT = 200;
in_hosts('<?php
// By a function of PHP itself, which calls back: that takes native stack.
function load($class, $levels) {
    if ($levels > 0) array_map(fn() => load($class, $levels - 1), [1]);
    else eval("#[OPcache\\\\PinnedStatic] class $class { public static \$o = null; public static \$n = 0; }");
}
spl_autoload_register(fn($class) => $class[0] === "K" && load($class, $_GET["levels"] ?? 0));
if (isset($_GET["set"])) {
    for ($i = 0; $i < ' . COUNT . '; $i++) {
        [$class, $next] = ["K$i", "K" . $i + 1];
        [$class::$o, $class::$n] = [new $next(), 1];
    }
}
ini_set("fiber.stack_size", $_GET["size"] ?? "2M");
// What has taken most of the stack before.
function after($levels) { $levels > 0 ? array_map(fn() => after($levels - 1), [1]) : class_exists("K0"); }
(new Fiber(fn() => after($_GET["before"] ?? 0)))->start();
for ($i = $sum = 0; $i < ' . COUNT . '; $i++) $sum += ("K$i")::$n;
echo $sum;', each_of('set=1', 'size=2M', 'size=512K', 'size=256K', 'size=2M&levels=30', 'size=512K&levels=30', 'size=2M&levels=3&before=2600'));
?>
--EXPECT--
set=1: 200
size=2M: 200
size=512K: 200
size=256K: 200
size=2M&levels=30: 200
size=512K&levels=30: 200
size=2M&levels=3&before=2600: 200
