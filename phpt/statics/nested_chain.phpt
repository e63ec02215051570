--TEST--
State that has objects of a class whose state has objects of the next one, thousands of times: all of it is restored, without a native stack for each
--EXTENSIONS--
static_cache
--FILE--
<?php
require __DIR__ . '/../helpers/statics.inc';
const COUNT = 6000;
in_hosts('<?php
spl_autoload_register(function ($class) {
    if ($class[0] === "K") eval("#[OPcache\\\\PinnedStatic] class $class { public static \$o = null; public static \$n = 0; public \$v = 1; function __wakeup() { if (isset(\$_GET[\"touch\"])) self::\$n++; } }");
});
if (isset($_GET["set"])) {
    for ($i = 0; $i < ' . COUNT . '; $i++) {
        [$class, $next] = ["K$i", "K" . $i + 1];
        $class::$o = new $next();
        $class::$n = $i;
    }
}
function look() {
    class_exists("K0");
    for ($i = $count = $numbers = 0; $i < ' . COUNT . '; $i++) {
        $class = "K$i";
        if (class_exists($class, false)) [$count, $numbers] = [$count + ($class::$o instanceof ("K" . $i + 1)), $numbers + ($class::$n === $i)];
    }
    echo "$count $numbers";
}
if (isset($_GET["fiber"])) (new Fiber("look"))->start(); else look();', function (callable $get) {
    foreach (['set=1', '', 'fiber=1'] as $query) {
        echo "$query: ", $get($query), "\n";
    }
    // Some are changed while they wait for those that have objects of them, by methods of these: what is stored replaces that.
    foreach (['touch=1', ''] as $query) {
        echo "$query: ", preg_replace('/ \d+$/D', '', $get($query)), "\n";
    }
});
?>
--EXPECT--
set=1: 6000 6000
: 6000 6000
fiber=1: 6000 6000
touch=1: 6000
: 6000
