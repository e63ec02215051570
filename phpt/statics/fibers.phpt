--TEST--
A file that is suspended in a fiber goes on to declare its classes: nobody has it included again
--EXTENSIONS--
static_cache
--FILE--
<?php
require __DIR__ . '/../helpers/statics.inc';
// A second inclusion is an error: its class is declared when the file is compiled.
$folder = new Folder([
    'Other.php' => '<?php class Other {}',
    'More.php' => '<?php class More {}',
    'Base.php' => '<?php class Base {}',
    'Conditional.php' => '<?php
        #[OPcache\PinnedStatic] class Conditional { public static $held = null; }
        if (!class_exists("Missing", false)) { pause(); }
        if (true) { class Held { public $x = 1; } }',
    'Row.php' => '<?php
        #[OPcache\PinnedStatic] class Row { public static $held = null; }
        class Middle extends Base {}
        class Held extends Middle { public $x = 1; }',
    'Unrelated.php' => '<?php
        #[OPcache\PinnedStatic] class Unrelated { public static $held = null; }',
]);
$common = '<?php
function pause() { if (Fiber::getCurrent()) Fiber::suspend(); }
function load($class) { global $map; require "' . $folder->path . '/" . ($map[$class] ?? $class) . ".php"; }
spl_autoload_register(function ($class) {
    if ($class === "Missing") return;
    if (isset($_GET["say"])) echo "($class) ";
    if ($class === "Base") pause();
    load($class);
});
function show($class) {
    echo json_encode($class::$held), " ";
    $class::$held ??= new Held();
}
';
$say = each_of('set=1', '', 'say=1');

echo "a condition:\n";
in_hosts($common . '
$map["Held"] = "Conditional";
$fiber = new Fiber(fn() => load("Conditional"));
$fiber->start();
class_exists("Other");
$fiber->resume();
show("Conditional");
', $say);

echo "a parent that is being loaded:\n";
$row = '$map["Held"] = $map["Middle"] = "Row";';
in_hosts($common . $row . '
$fiber = new Fiber(fn() => class_exists("Row"));
$fiber->start();
class_exists("Other");
$fiber->resume();
show("Row");
', $say);

echo "in fibers of fibers, and in a generator:\n";
in_hosts($common . $row . '
$inner = new Fiber(function () { foreach ((function () { yield class_exists("Row"); })() as $there); });
$outer = new Fiber(function () use ($inner) {
    $inner->start();
    class_exists("Other");
    Fiber::suspend();
    class_exists("More");
    $inner->resume();
});
$outer->start();
$third = new Fiber(function () use ($outer) { $outer->resume(); });
$third->start();
show("Row");
', $say);

echo "a class of another file, which has objects of what the suspended one declares:\n";
in_hosts($common . $row . '
$fiber = new Fiber(fn() => class_exists("Row"));
$fiber->start();
class_exists("Unrelated");
$fiber->resume();
show("Unrelated");
', $say);

// What they would have declared nobody declares any more: the autoloader is asked when the next class is there.
echo "fibers that are gone:\n";
in_hosts($common . '
$map["Held"] = "Row";
$fiber = new Fiber(function () { if (!isset($_GET["set"])) { pause(); } if (isset($_GET["never"])) { class Held {} } });
$fiber->start();
class_exists("Unrelated");
unset($fiber);
class_exists("Other");
show("Unrelated");
', $say);
?>
--EXPECT--
a condition:
set=1: null
: {"x":1}
say=1: (Other) {"x":1}
a parent that is being loaded:
set=1: null
: {"x":1}
say=1: (Row) (Base) (Other) {"x":1}
in fibers of fibers, and in a generator:
set=1: null
: {"x":1}
say=1: (Row) (Base) (Other) (More) {"x":1}
a class of another file, which has objects of what the suspended one declares:
set=1: null
: {"x":1}
say=1: (Row) (Base) (Unrelated) {"x":1}
fibers that are gone:
set=1: null
: {"x":1}
say=1: (Unrelated) (Other) (Held) (Base) {"x":1}
