--TEST--
A file that opcache_compile_file() cannot compile ends nothing but its own compilation
--EXTENSIONS--
static_cache
--SKIPIF--
<?php
if (!ini_get('opcache.enable')) die('skip needs OPcache');
?>
--FILE--
<?php
require __DIR__ . '/../helpers/statics.inc';
$folder = new Folder([
    'fine.php' => '<?php class Fine {}',
    'broken.php' => '<?php class X { function a() {} function a() {} }',
    'unparsable.php' => '<?php class',
    // Restored when its file is compiled, user code and all.
    'counted.php' => '<?php class Item { public $v = 0; function __wakeup() { $this->v += 100; } } #[OPcache\PinnedStatic] class Counted { public static ?Item $item = null; }',
]);
in_hosts('<?php
#[OPcache\PinnedStatic]
class C { public static $n = 0; }
ini_set("display_errors", 0);
ini_set("log_errors", 0);
if (isset($_GET["of"])) {
    try {
        $done = opcache_compile_file("' . $folder->path . '/$_GET[of].php");
    } catch (ParseError) {
        $done = "not parsed";
    }
    C::$n++;
}
require "' . $folder->path . '/counted.php";
Counted::$item ??= new Item;
echo json_encode([$done ?? null, C::$n, Counted::$item->v]);
', function (callable $get) {
    foreach (['fine', 'broken', 'unparsable', 'broken'] as $file) {
        echo "$file: ", $get("of=$file"), $get(''), "\n";
    }
}, ['opcache.enable' => 1]);
?>
--EXPECT--
fine: [true,1,0][null,1,100]
broken: [false,2,100][null,2,100]
unparsable: ["not parsed",3,100][null,3,100]
broken: [false,4,100][null,4,100]
