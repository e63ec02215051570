--TEST--
Statics that hold objects which only functions in C can write and read, as those of Ds, are published and restored
--SKIPIF--
<?php
if (!extension_loaded('ds') && !is_file(ini_get('extension_dir') . '/ds.so')) die('skip needs ds');
?>
--EXTENSIONS--
static_cache
--FILE--
<?php
require __DIR__ . '/../helpers/statics.inc';
// Of classes that the text names, one is loaded with code that the compiler must not run, and one is declared further on.
$folder = new Folder([
    'State.php' => '<?php class State { #[OPcache\PinnedStatic] public static ?Ds\Vector $vector = null; }',
    'Loaded.php' => '<?php $GLOBALS["order"][] = "loaded";
        class Loaded { public $a = 1; public function __wakeup(): void { $GLOBALS["order"][] = "woken " . strlen(eval("return \'code\';")); } }',
    'Before.php' => '<?php class Before { #[OPcache\PinnedStatic] public static ?Ds\Vector $vector = null; }
        if (PHP_VERSION_ID) { class After { public $b = 2; } }',
]);
in_hosts('<?php
spl_autoload_register(fn($class) => include "' . $folder->path . '/$class.php");
class Item { public function __construct(public int $number) {} public function __wakeup(): void { $GLOBALS["woken"] = ($GLOBALS["woken"] ?? 0) + 1; } }
class Kept {
    #[OPcache\VolatileStatic(strategy: OPcache\CacheStrategy::Tracking)] public static ?Ds\Map $followed = null;
    #[OPcache\PinnedStatic] public static ?array $held = null;
}
class All { #[OPcache\PinnedStatic] public static array $list = []; }
if (isset($_GET["set"])) {
    Kept::$followed = new Ds\Map(["a" => 1]);
    $vector = new Ds\Vector([new Item(1)]);
    Kept::$held = [$vector, "same" => $vector];
}
if (isset($_GET["put"])) Kept::$followed->put($_GET["put"], new Ds\Set([1, 2]));
if (isset($_GET["item"])) Kept::$followed["b"] = new Ds\Vector([new Item((int) $_GET["item"])]);
if (isset($_GET["number"])) Kept::$followed["b"][0]->number = (int) $_GET["number"];
if (isset($_GET["classes"])) {
    require "' . $folder->path . '/Before.php";
    if ($_GET["classes"]) [State::$vector, Before::$vector] = [new Ds\Vector([new Loaded]), new Ds\Vector([new After])];
    exit(json_encode([State::$vector, Before::$vector, $order ?? null]));
}
if (isset($_GET["bad"])) All::$list = ["k" => new Ds\Vector([fn() => 1])];
echo json_encode(Kept::$followed), " ", json_encode(Kept::$held), " ", var_export(Kept::$held && Kept::$held[0] === Kept::$held["same"], true), " ", $woken ?? 0, " ";
echo count(All::$list);
', function (callable $get) {
    foreach (['', 'set', 'look', 'put=b', 'look', 'item=5', 'look', 'number=6', 'look', 'bad', 'look', 'classes=1', 'classes='] as $query) {
        echo "$query: ", preg_replace('~ in \S+ on line \d+~', '', trim(strip_tags($get($query)))), "\n";
    }
}, extension_loaded('ds') ? [] : ['extension' => 'ds']);
?>
--EXPECT--
: null null false 0 0
set: {"a":1} {"0":[{"number":1}],"same":[{"number":1}]} true 0 0
look: {"a":1} {"0":[{"number":1}],"same":[{"number":1}]} true 1 0
put=b: {"a":1,"b":[1,2]} {"0":[{"number":1}],"same":[{"number":1}]} true 1 0
look: {"a":1,"b":[1,2]} {"0":[{"number":1}],"same":[{"number":1}]} true 1 0
item=5: {"a":1,"b":[{"number":5}]} {"0":[{"number":1}],"same":[{"number":1}]} true 1 0
look: {"a":1,"b":[{"number":5}]} {"0":[{"number":1}],"same":[{"number":1}]} true 2 0
number=6: {"a":1,"b":[{"number":6}]} {"0":[{"number":1}],"same":[{"number":1}]} true 2 0
look: {"a":1,"b":[{"number":6}]} {"0":[{"number":1}],"same":[{"number":1}]} true 2 0
bad: {"a":1,"b":[{"number":6}]} {"0":[{"number":1}],"same":[{"number":1}]} true 2 1
Warning: All::$list was not published: pinned cache: All::$list['k'] cannot be stored: it is an object of class Ds\Vector with a part that cannot be: it is a Closure
look: {"a":1,"b":[{"number":6}]} {"0":[{"number":1}],"same":[{"number":1}]} true 2 0
classes=1: [[{"a":1}],[{"b":2}],["loaded"]]
classes=: [[{"a":1}],[{"b":2}],["loaded","woken 4"]]
