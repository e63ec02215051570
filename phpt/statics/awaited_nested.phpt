--TEST--
State that waits for a class is restored when that is there, whatever other class another state has just had loaded
--EXTENSIONS--
static_cache
--FILE--
<?php
require __DIR__ . '/../helpers/statics.inc';
$folder = new Folder([
    'First.php' => '<?php #[OPcache\PinnedStatic] class First { public static $o = null; public static $n = 0; }',
    'Second.php' => '<?php #[OPcache\PinnedStatic] class Second { public static $o = null; public static $n = 0; }',
    'Third.php' => '<?php #[OPcache\PinnedStatic] class Third { public static $o = null; public static $n = 0; }',
    'X.php' => '<?php class X {}',
    'Y.php' => '<?php class Y {}',
    // Declared by the statement, not when its file is compiled.
    'Late.php' => '<?php if (1 < $_SERVER["REQUEST_TIME"]) { class Late {} }',
]);
$start = '<?php
function load(string ...$classes) {
    spl_autoload_register(function ($class) use ($classes) { if (in_array($class, $classes)) require "' . $folder->path . '/$class.php"; });
}
';
$end = '
foreach (["First", "Second", "Third"] as $class) {
    if (isset($_GET["set"])) $class::$o = $made[$class];
    if ($_GET) $class::$n++;
    $said[] = get_debug_type($class::$o) . " " . $class::$n;
}
echo implode(", ", $said);';
echo "an autoloader that is registered later knows all of them:\n";
in_hosts($start . '
if (isset($_GET["set"])) { load("First", "Second", "Third", "X", "Y"); $made = ["First" => new X(), "Second" => new Y(), "Third" => new X()]; }
load("First", "Second", "Third");
array_map("class_exists", ["First", "Second", "Third"]);
load("X", "Y");
' . $end, each_of('set=1', 'add=1', ''));

echo "a class that all of them need, and one that another has loaded:\n";
in_hosts($start . '
load("First", "Second", "Third", "X", "Y");
array_map("class_exists", ["First", "Second", "Third"]);
require "' . $folder->path . '/Late.php";
$made = ["First" => isset($_GET["set"]) ? [new Late(), new X()] : 0, "Second" => new Late(), "Third" => isset($_GET["set"]) ? [new Late(), new Y()] : 0];
' . $end, each_of('set=1', 'add=1', ''));
?>
--EXPECT--
an autoloader that is registered later knows all of them:
set=1: X 1, Y 1, X 1
add=1: X 2, Y 2, X 2
: X 2, Y 2, X 2
a class that all of them need, and one that another has loaded:
set=1: array 1, Late 1, array 1
add=1: array 2, Late 2, array 2
: array 2, Late 2, array 2
