--TEST--
State with objects of a class that is gone is published over also where the class with the state is autoloaded itself
--EXTENSIONS--
static_cache
--FILE--
<?php
require __DIR__ . '/../helpers/statics.inc';
$folder = new Folder([
    'Cart.php' => '<?php #[OPcache\PinnedStatic] class Cart { public static int $n = 0; public static array $items = []; }',
    'OldItem.php' => '<?php class OldItem { public $v = "old"; }',
    'NewItem.php' => '<?php class NewItem { public $v = "new"; }',
]);
in_hosts('<?php
$gone = isset($_GET["renamed"]) ? "OldItem" : "";
spl_autoload_register(function ($class) use ($gone) { if ($class !== $gone && is_file($file = "' . $folder->path . '/$class.php")) require $file; });
class_exists("Cart");
$item = $gone === "" ? "OldItem" : "NewItem";
if (isset($_GET["add"])) { Cart::$items[] = new $item; Cart::$n++; }
echo Cart::$n, json_encode(Cart::$items), isset($_GET["now"]) ? OPcache\static_publish() : "";
', each_of('add=1', 'add=1', 'renamed=1', 'renamed=1&add=1', 'renamed=1&add=1&now=1', 'renamed=1'));
?>
--EXPECT--
add=1: 1[{"v":"old"}]
add=1: 2[{"v":"old"},{"v":"old"}]
renamed=1: 0[]
renamed=1&add=1: 1[{"v":"new"}]
renamed=1&add=1&now=1: 2[{"v":"new"},{"v":"new"}]1
renamed=1: 2[{"v":"new"},{"v":"new"}]
