--TEST--
State that has waited for the same is restored one after the other: what code of one restore assigns to the next is replaced, what the script has assigned is not
--EXTENSIONS--
static_cache
--FILE--
<?php
require __DIR__ . '/../helpers/statics.inc';
// What is called when an object of a state is woken.
$woken = 'function __wakeup() { if ($hook = $GLOBALS["hook"] ?? null) { $hook(); } }';
$one = '#[OPcache\PinnedStatic] class One { public static array $list = []; }';
$two = '#[OPcache\PinnedStatic] class Two { public static array $list = []; }';
$base = "abstract class Base { public \$name = 'x'; $woken }";
$item = '<?php class Item extends Base {}';
$other = "<?php class Other { public \$name = 'x'; $woken }";
$folders = [
    'classes that wait for one' => ['Base.php' => "<?php $one $two $base", 'Item.php' => $item, 'Other.php' => $other],
    'the other way round' => ['Base.php' => "<?php $two $one $base", 'Item.php' => $item, 'Other.php' => $other],
];
$start = fn(Folder $folder) => '<?php
spl_autoload_register(function ($class) {
    if ($class === "Item" && isset($GLOBALS["hidden"])) return;
    require_once "' . $folder->path . '/$class.php";
});
$hook = match ($_GET["hook"] ?? "") {
    "" => null,
    "assign" => fn() => [One::$list["woken"] = 1, Two::$list["woken"] = 1],
    "throw" => fn() => [One::$list["woken"] = 1, Two::$list["woken"] = 1] && throw new Exception("thrown"),
    "throw once" => function () { static $n = 0; One::$list["woken"] = Two::$list["woken"] = 1; if (!$n++) throw new Exception("thrown"); },
    "take" => fn() => [OPcache\pinned_delete("One"), OPcache\pinned_delete("Two")],
};
function show() { echo count(One::$list), count(Two::$list), isset(One::$list["woken"]) || isset(Two::$list["woken"]) ? " woken " : " "; }
function add() { array_push(One::$list, new Item()); array_push(Two::$list, new Item()); unset(One::$list["woken"], Two::$list["woken"]); }
';
foreach ($folders as $how => $files) {
    $folder = new Folder($files);
    echo "$how:\n";
    in_hosts($start($folder) . '
try {
    // Its parent has the state loaded, which waits for it.
    new Item();
} catch (Exception $e) { echo $e->getMessage(), " "; }
$hook = null;
if (!isset($_GET["read"])) add();
show();', each_of('', 'hook=assign', 'hook=assign', 'read=1', 'hook=throw+once&read=1', 'read=1', 'hook=throw&read=1', 'read=1', 'hook=take', 'read=1'));

    echo "that are declared where nothing is missing:\n";
    in_hosts($start($folder) . '
try {
    class_exists("Base");
} catch (Exception $e) { echo $e->getMessage(), " "; }
$hook = null;
if (!isset($_GET["read"])) add();
show();', each_of('', 'hook=assign', 'hook=assign', 'read=1'));
}

// In each other's: the class that one has loaded is the one that another waits for.
$folder = new Folder(['Base.php' => "<?php $one $two #[OPcache\\PinnedStatic] class Three { public static array \$list = []; } $base", 'Item.php' => $item, 'Other.php' => $other]);
echo "within each other:\n";
in_hosts($start($folder) . '
new Item();
$hook = null;
if (!isset($_GET["read"])) {
    One::$list[] = [new Item(), new Other()];
    Two::$list[] = [new Item(), new Other()];
    Three::$list[] = new Other();
    unset(One::$list["woken"], Two::$list["woken"]);
}
echo count(One::$list), count(Two::$list), count(Three::$list);', each_of('', 'hook=assign', 'hook=assign', 'read=1'));

$folder = new Folder(['Numbers.php' => '<?php
    abstract class Numbers {
        #[OPcache\PinnedStatic] public static $zero = [];
        #[OPcache\PinnedStatic] public static $one = [];
        function __construct(public int $v = 0) { if (!array_key_exists(static::class, static::$zero)) { static::$zero[static::class] = null; static::$zero[static::class] = new static(0); static::$one[static::class] = new static(1); } }
        function __serialize(): array { return [$this->v]; }
        function __unserialize(array $data): void { $this->__construct($data[0]); }
    }', 'Number.php' => '<?php class Number extends Numbers {}']);
echo "properties of one class, set up by whoever comes first:\n";
in_hosts('<?php
spl_autoload_register(fn($class) => require_once "' . $folder->path . '/$class.php");
new Number(5);
if (isset($_GET["set"])) Numbers::$one["Number"]->v = 7;
if (isset($_GET["add"])) Numbers::$one["more"] = 1;
echo json_encode([Numbers::$zero, Numbers::$one]), OPcache\pinned_cache_info()->publish_failures;', each_of('set=1', 'add=1', '', ''));

// What the script itself assigns while they wait is no such code, before they are due or in between.
$folder = new Folder($folders['classes that wait for one']);
echo "changed by the script:\n";
in_hosts($start($folder) . '
ini_set("display_errors", 0);
switch ($_GET["do"]) {
    case "before":
        $hidden = true;
        class_exists("Base");
        Two::$list[] = "script";
        unset($hidden);
        new Item();
        break;
    case "between":
        // A fiber is suspended in the restore of the first.
        $hook = fn() => Fiber::getCurrent() && Fiber::suspend();
        $fiber = new Fiber(fn() => new Item());
        $fiber->start();
        Two::$list[] = "script";
        $hook = null;
        $fiber->resume();
        break;
    default:
        new Item();
        if ($_GET["do"] === "add") add();
}
show();
echo in_array("script", Two::$list) ? "script " : "", OPcache\pinned_cache_info()->publish_failures;', each_of('do=add', 'do=between', 'do=read', 'do=before', 'do=read'));
?>
--EXPECT--
classes that wait for one:
: 11
hook=assign: 22
hook=assign: 33
read=1: 33
hook=throw+once&read=1: thrown 13 woken 
Warning: One was not published: it was changed before its stored state could be restored; that state stays until OPcache\pinned_delete('One') deletes it in Unknown on line 0
read=1: 33
hook=throw&read=1: thrown 11 woken 
Warning: One was not published: it was changed before its stored state could be restored; that state stays until OPcache\pinned_delete('One') deletes it in Unknown on line 0

Warning: Two was not published: it was changed before its stored state could be restored; that state stays until OPcache\pinned_delete('Two') deletes it in Unknown on line 0
read=1: 33
hook=take: 41
read=1: 41
that are declared where nothing is missing:
: 11
hook=assign: 22
hook=assign: 33
read=1: 33
the other way round:
: 11
hook=assign: 22
hook=assign: 33
read=1: 33
hook=throw+once&read=1: thrown 31 woken 
Warning: Two was not published: it was changed before its stored state could be restored; that state stays until OPcache\pinned_delete('Two') deletes it in Unknown on line 0
read=1: 33
hook=throw&read=1: thrown 11 woken 
Warning: Two was not published: it was changed before its stored state could be restored; that state stays until OPcache\pinned_delete('Two') deletes it in Unknown on line 0

Warning: One was not published: it was changed before its stored state could be restored; that state stays until OPcache\pinned_delete('One') deletes it in Unknown on line 0
read=1: 33
hook=take: 14
read=1: 14
that are declared where nothing is missing:
: 11
hook=assign: 22
hook=assign: 33
read=1: 33
within each other:
: 111
hook=assign: 222
hook=assign: 333
read=1: 333
properties of one class, set up by whoever comes first:
set=1: [{"Number":{"v":0}},{"Number":{"v":7}}]0
add=1: [{"Number":{"v":0}},{"Number":{"v":7},"more":1}]0
: [{"Number":{"v":0}},{"Number":{"v":7},"more":1}]0
: [{"Number":{"v":0}},{"Number":{"v":7},"more":1}]0
changed by the script:
do=add: 11 0
do=between: 11 script 0
do=read: 11 1
do=before: 11 script 1
do=read: 11 2
