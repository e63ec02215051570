--TEST--
An autoloader that uses a class with state whose objects need the very class that it is asked for: the state waits until that is there
--EXTENSIONS--
static_cache
--FILE--
<?php
require __DIR__ . '/../helpers/statics.inc';
$start = fn(Folder $folder) => '<?php
spl_autoload_register(function ($class) {
    if ($class === "Finder") { require "' . $folder->path . '/Finder.php"; return; }
    if (isset($_GET["log"])) echo "$class:", count(Finder::$known), " ";
    if (isset($_GET["note"])) Finder::$known[] = $class;
    if (is_file($file = Finder::file($class))) require $file;
});
';
$use = '
if (isset($_GET["set"])) Finder::$known = [new Entry];
elseif (isset($_GET["fiber"])) {
    // Another fiber asks while the first one is at work.
    $one = new Fiber(fn() => class_exists("Base"));
    $one->start();
    echo json_encode(array_map("get_debug_type", Finder::$known)), " ";
    $one->resume();
}
elseif ($_GET) class_exists($_GET["first"]);
echo json_encode(array_map("get_debug_type", Finder::$known));';
$kinds = [
    'a parent' => ['Base' => 'abstract class Base {}', 'Entry' => 'class Entry extends Base {}'],
    'its parent' => ['Base' => 'abstract class Base {}', 'Middle' => 'class Middle extends Base {}', 'Entry' => 'class Entry extends Middle {}'],
    'an interface' => ['Base' => 'interface Base {}', 'Entry' => 'class Entry implements Base {}'],
    'an interface of an enum' => ['Base' => 'interface Base {}', 'More' => 'interface More extends Base {}', 'Of' => 'enum Of implements More { case A; }', 'Entry' => 'class Entry { public $of = Of::A; private $none = 1; function __construct() { unset($this->none); } }'],
    'a trait' => ['Base' => 'trait Base {}', 'Entry' => 'class Entry { use Base; }'],
    'a trait of a trait' => ['Base' => 'trait Base {}', 'Other' => 'trait Other { use Base; }', 'Middle' => 'class Middle { use Other; }', 'Entry' => 'class Entry extends Middle {}'],
];
foreach ($kinds as $kind => $files) {
    $folder = new Folder(['Finder.php' => '<?php #[OPcache\PinnedStatic] class Finder { public static $known = []; static function file($class) { return __DIR__ . "/$class.php"; } }']);
    foreach ($files as $name => $text) {
        $folder->write("$name.php", "<?php $text");
    }
    echo "$kind:\n";
    in_hosts($start($folder) . $use, each_of('set=1', 'first=Base', 'first=Base&log=1', 'first=Entry', 'first=Nowhere&log=1', ''));
}

echo "changed while it waits:\n";
in_hosts(str_replace('json_encode(', 'implode(",", ', $start($folder) . $use), function (callable $get) {
    foreach (['set=1', 'first=Base&note=1', ''] as $query) {
        echo "$query: ", preg_replace('/^Warning: .* (it was changed .*;).*$/m', '$1', trim($get($query))), "\n";
    }
});

echo "in a fiber:\n";
$folder->write('Finder.php', '<?php #[OPcache\PinnedStatic] class Finder { public static $known = []; static function file($class) { if ($class === "Base" && Fiber::getCurrent()) Fiber::suspend(); return __DIR__ . "/$class.php"; } }');
in_hosts($start($folder) . $use, each_of('set=1', 'fiber=1', ''));
?>
--EXPECT--
a parent:
set=1: ["Entry"]
first=Base: ["Entry"]
first=Base&log=1: Base:0 Entry:0 ["Entry"]
first=Entry: ["Entry"]
first=Nowhere&log=1: Nowhere:Entry:0 Base:0 1 ["Entry"]
: ["Entry"]
its parent:
set=1: ["Entry"]
first=Base: ["Entry"]
first=Base&log=1: Base:0 Entry:0 Middle:0 ["Entry"]
first=Entry: ["Entry"]
first=Nowhere&log=1: Nowhere:Entry:0 Middle:0 Base:0 1 ["Entry"]
: ["Entry"]
an interface:
set=1: ["Entry"]
first=Base: ["Entry"]
first=Base&log=1: Base:0 Entry:0 ["Entry"]
first=Entry: ["Entry"]
first=Nowhere&log=1: Nowhere:Entry:0 Base:0 1 ["Entry"]
: ["Entry"]
an interface of an enum:
set=1: ["Entry"]
first=Base: ["Entry"]
first=Base&log=1: Base:0 Entry:0 Of:0 More:0 ["Entry"]
first=Entry: ["Entry"]
first=Nowhere&log=1: Nowhere:Entry:0 Of:0 More:0 Base:0 1 ["Entry"]
: ["Entry"]
a trait:
set=1: ["Entry"]
first=Base: ["Entry"]
first=Base&log=1: Base:0 Entry:0 ["Entry"]
first=Entry: ["Entry"]
first=Nowhere&log=1: Nowhere:Entry:0 Base:0 1 ["Entry"]
: ["Entry"]
a trait of a trait:
set=1: ["Entry"]
first=Base: ["Entry"]
first=Base&log=1: Base:0 Entry:0 Middle:0 Other:0 ["Entry"]
first=Entry: ["Entry"]
first=Nowhere&log=1: Nowhere:Entry:0 Middle:0 Other:0 Base:0 1 ["Entry"]
: ["Entry"]
changed while it waits:
set=1: Entry
first=Base&note=1: string
it was changed before classes were there that its stored state needs;
: Entry
in a fiber:
set=1: ["Entry"]
fiber=1: [] ["Entry"]
: ["Entry"]
