--TEST--
What a file keeps in global variables that spl_autoload() includes for the publication stays whole where the client went away before
--EXTENSIONS--
static_cache
--FILE--
<?php
require __DIR__ . '/../helpers/statics.inc';
$folder = new Folder([
    'late.inc' => '<?php $object = new ArrayObject(range(1, 10)); $list = range(1, 20); $text = str_repeat("late ", 10); class Late { const TTL = 100; }',
]);
$server = new Server('<?php
set_include_path(' . var_export($folder->path, true) . ');
spl_autoload_register();
class Lasting { #[OPcache\VolatileStatic(ttl: Late::TTL)] public static $n = 0; }
#[OPcache\PinnedStatic] class Failing { public static $closure; }
if ($_GET["do"] === "read") { echo Lasting::$n, " ", OPcache\volatile_fetch("seen"); exit; }
// For the class that cannot be published, behind the one that has the file included.
set_error_handler(function () {
    $others = [];
    for ($size = 20; $size < 400; $size += 8) array_push($others, str_repeat("A", $size), str_repeat("B", $size), str_repeat("C", $size));
    $of = array_map(fn($name) => $GLOBALS[$name], ["object", "list", "text"]);
    OPcache\volatile_store("seen", $of[0]::class . " " . count($of[0]) . " " . array_sum($of[1]) . " $of[2]");
});
Lasting::$n++;
Failing::$closure = fn() => 1;
for ($i = 0; $i < 1000000; $i++) { echo str_repeat("x", 1000); flush(); }
');
$server->abandon('?do=set');
echo $server->get('?do=read'), "\n";
?>
--EXPECT--
1 ArrayObject 10 210 late late late late late late late late late late 
