--TEST--
State that is to be restored after another one whose restore an error ends, and opcache_compile_file() catches that: what the script assigns afterwards stays
--EXTENSIONS--
static_cache
--SKIPIF--
<?php
if (!ini_get('opcache.enable') || !function_exists('opcache_compile_file')) die('skip needs OPcache');
?>
--FILE--
<?php
require __DIR__ . '/../helpers/statics.inc';
$folder = new Folder([
    'Base.php' => '<?php
        #[OPcache\PinnedStatic] class One { public static array $list = []; }
        #[OPcache\PinnedStatic] class Two { public static array $list = []; }
        abstract class Base { public $name = "x"; function __wakeup() { if ($hook = $GLOBALS["hook"] ?? null) { $hook(); } } }',
    // Declared by a statement: what waits for it is restored there, not when the file is compiled.
    'Item.php' => '<?php if (true) { class Item extends Base {} }',
]);
in_hosts('<?php
ini_set("display_errors", 0);
ini_set("log_errors", 0);
/** Opening a file of it is part of compiling that. */
class Source
{
    public $context;
    public function stream_open($path): bool { new Item(); return true; }
}
spl_autoload_register(function ($class) { if ($class !== "Item" || !isset($GLOBALS["hidden"])) require_once "' . $folder->path . '/$class.php"; });
if (isset($_GET["left"])) {
    stream_wrapper_register("source", "Source");
    $hidden = true;
    class_exists("Base");
    unset($hidden);
    $hook = fn() => eval("class Twice {} class Twice {}");
    echo json_encode(@opcache_compile_file("source://file")), " ";
    $hook = null;
    Two::$list[] = "script";
    // Restores what has been left.
    spl_autoload_register(fn() => null);
} else {
    new Item();
    if (isset($_GET["add"])) { One::$list[] = new Item(); Two::$list[] = new Item(); }
}
echo count(One::$list), " ", json_encode(Two::$list), OPcache\pinned_cache_info()->publish_failures;', each_of('add=1', 'left=1', ''));
?>
--EXPECT--
add=1: 1 [{"name":"x"}]0
left=1: false 0 ["script"]0
: 1 [{"name":"x"}]1
