--TEST--
Restores within each other may take a quarter of what the first thread's stack may become, however little of it there is yet
--EXTENSIONS--
static_cache
--FILE--
<?php
require __DIR__ . '/../helpers/statics.inc';
const COUNT = 100;
in_hosts('<?php
// By a function of PHP itself, which calls back: that takes native stack.
function load($class, $levels) {
    if ($levels > 0) array_map(fn() => load($class, $levels - 1), [1]);
    else eval("#[OPcache\\\\PinnedStatic] class $class { public static \$o = null; public static \$n = 0; function __wakeup() { \$GLOBALS[\"seen\"] += self::\$n; } }");
}
$seen = 0;
spl_autoload_register(fn($class) => $class[0] === "K" && load($class, 5));
if (isset($_GET["set"])) {
    for ($i = 0; $i < ' . COUNT . '; $i++) {
        [$class, $next] = ["K$i", "K" . $i + 1];
        [$class::$o, $class::$n] = [new $next(), 1];
    }
    $next::$n = 1;
}
class_exists("K0");
// How many objects find the state of their class restored when they wake up.
echo $seen;', each_of('set=1', 'again=1', 'again=2'));
?>
--EXPECT--
set=1: 0
again=1: 100
again=2: 100
