--TEST--
A class that is declared in a fiber, whose state needs code that suspends it: what the script changes meanwhile is not overwritten
--EXTENSIONS--
static_cache
--FILE--
<?php
require __DIR__ . '/../helpers/statics.inc';
$statics = '{ #[OPcache\PinnedStatic] public static $first = null; #[OPcache\PinnedStatic] public static $second = null; #[OPcache\PinnedStatic] public static int $count = 0; }';
$folder = new Folder([
    // Linked while it is compiled; while it is declared, its parent being loaded; under a condition.
    'Compiled.php' => "<?php class Compiled $statics",
    'Derived.php' => "<?php class Derived extends Base $statics",
    'Base.php' => '<?php class Base {}',
    'Conditional.php' => "<?php if (PHP_VERSION_ID) { class Conditional $statics }",
    'Other.php' => '<?php class Other {}',
]);
in_hosts('<?php
ini_set("display_errors", 0);
spl_autoload_register(fn($class) => require "' . $folder->path . '/$class.php");
class Item {
    function __construct(public string $name) {}
    function __wakeup() {
        if (Fiber::getCurrent()) Fiber::suspend();
        if (isset($_GET["assign"])) $_GET["class"]::$second = "assigned";
    }
}
$class = $_GET["class"];
$name = fn($item) => $item?->name ?? get_debug_type($item);
$show = function () use ($class, $name) { echo $name($class::$first), " ", is_string($class::$second) ? $class::$second : $name($class::$second), " ", $class::$count, ", "; };
if (isset($_GET["between"])) {
    $fiber = new Fiber(fn() => class_exists($class));
    $fiber->start();
    $show();
    switch ($_GET["between"]) {
        case "change":
            $class::$second = "script";
            break;
        case "compile":
            // The end of a compilation restores what a suspended fiber has not come to.
            class_exists("Other");
            $show();
            break;
        case "end":
            // The request ends first.
            $class::$second = "script";
            $class::$count++;
            exit;
    }
    $class::$count++;
    while (!$fiber->isTerminated()) $fiber->resume();
} elseif (isset($_GET["set"])) {
    $class::$first = new Item("one");
    $class::$second = new Item("two");
    $class::$count = 10;
}
$show();
echo OPcache\pinned_cache_info()->publish_failures;', function ($get) {
    foreach (['Compiled', 'Derived', 'Conditional'] as $class) {
        echo "$class:\n";
        each_of(...array_map(fn($query) => "class=$class&$query", ['set=1', '', 'assign=1', 'between=change', 'between=none', 'between=compile', 'between=end', '']))($get);
    }
});
?>
--EXPECT--
Compiled:
class=Compiled&set=1: one two 10, 0
class=Compiled&: one two 10, 0
class=Compiled&assign=1: one two 10, 0
class=Compiled&between=change: null null 10, one script 11, 0
class=Compiled&between=none: null null 11, one two 12, 1
class=Compiled&between=compile: null null 12, null two 12, one two 13, 1
class=Compiled&between=end: null null 13,
class=Compiled&: one two 14, 2
Derived:
class=Derived&set=1: one two 10, 2
class=Derived&: one two 10, 2
class=Derived&assign=1: one two 10, 2
class=Derived&between=change: null null 10, one script 11, 2
class=Derived&between=none: null null 11, one two 12, 3
class=Derived&between=compile: null null 12, null two 12, one two 13, 3
class=Derived&between=end: null null 13,
class=Derived&: one two 14, 4
Conditional:
class=Conditional&set=1: one two 10, 4
class=Conditional&: one two 10, 4
class=Conditional&assign=1: one two 10, 4
class=Conditional&between=change: null null 10, one script 11, 4
class=Conditional&between=none: null null 11, one two 12, 5
class=Conditional&between=compile: null null 12, null two 12, one two 13, 5
class=Conditional&between=end: null null 13,
class=Conditional&: one two 14, 6
