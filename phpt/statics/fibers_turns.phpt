--TEST--
What waits for the end of a compilation is restored also where a fiber has taken away what waited before it
--EXTENSIONS--
static_cache
--FILE--
<?php
require __DIR__ . '/../helpers/statics.inc';
$two = '{ #[OPcache\PinnedStatic] public static $first = null; #[OPcache\PinnedStatic] public static $second = null; }';
$folder = new Folder([
    'A.php' => "<?php if (PHP_VERSION_ID) { class A $two }",
    'Outer.php' => "<?php if (PHP_VERSION_ID) { class Outer $two }",
    'M.php' => "<?php class M extends Item $two",
]);
in_hosts('<?php
class Item
{
    public function __construct(public $text) {}
    public function __wakeup() { if (isset($_GET["fibers"]) && Fiber::getCurrent()) Fiber::suspend(); }
}
spl_autoload_register(function ($class) {
    if ($class === "M" && isset($_GET["fibers"])) Fiber::suspend();
    include "' . $folder->path . '/$class.php";
});
if (isset($_GET["set"])) {
    foreach (["A", "M", "Outer"] as $class) {
        $class::$first = $class === "Outer" ? new M("in outer") : new Item("$class 1");
        $class::$second = new Item("$class 2");
    }
}
if (isset($_GET["fibers"])) {
    $m = new Fiber(fn() => class_exists("Outer"));
    $a = new Fiber(fn() => class_exists("A"));
    $m->start();    // the autoloader waits, for what Outer::$first holds
    $a->start();    // A::$first has suspended the fiber, A::$second waits
    $m->resume();   // M is compiled within the restore of Outer, while A::$second waits, and its first suspends
    while (!$a->isTerminated()) $a->resume();
    while (!$m->isTerminated()) $m->resume();
}
foreach (["Outer", "A", "M"] as $class) echo $class::$first->text ?? "null", ", ", $class::$second->text ?? "null", "; ";
if ($_GET["fibers"] ?? false) M::$second = new Item("changed");
', each_of('set', 'look', 'fibers', 'look', 'fibers=1', 'look'));
?>
--EXPECT--
set: in outer, Outer 2; A 1, A 2; M 1, M 2;
look: in outer, Outer 2; A 1, A 2; M 1, M 2;
fibers: in outer, Outer 2; A 1, A 2; M 1, M 2;
look: in outer, Outer 2; A 1, A 2; M 1, M 2;
fibers=1: in outer, Outer 2; A 1, A 2; M 1, M 2;
look: in outer, Outer 2; A 1, A 2; M 1, changed;
