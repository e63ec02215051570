--TEST--
State with objects whose autoloader is registered after the class is there: restored then; what never can be is not overwritten
--EXTENSIONS--
static_cache
--FILE--
<?php
require __DIR__ . '/../helpers/statics.inc';
$folder = new Folder([
    'Money.php' => '<?php class Money { public function __construct(public int $v = 0) {} public function __wakeup() { if (isset($_GET["throw"])) throw new Exception("thrown"); } }',
    // As Composer's: one that knows no class of the application comes first and goes.
    'autoload.php' => '<?php
        spl_autoload_register($first = function ($class) {}, true, true);
        spl_autoload_unregister($first);
        spl_autoload_register(function ($class) { if (is_file($file = __DIR__ . "/$class.php")) include $file; });',
]);
$script = '<?php
' . PUBLISHED . '
#[OPcache\PinnedStatic] class Cart { public static int $n = 0; public static array $items = []; }
#[OPcache\VolatileStatic] class Other { public static int $n = 0; public static $first = null; }
function add() { Cart::$n++; Cart::$items[] = new Money(Cart::$n); Other::$n++; Other::$first ??= new Money(7); }
function shown() { return Cart::$n . count(Cart::$items) . " " . Other::$n . json_encode(Other::$first); }
if (isset($_GET["early"])) { Cart::$n = 100; }
if (!isset($_GET["without"])) {
    if (isset($_GET["bad"])) { try { spl_autoload_register(fn () => throw new Exception("no classes today")); } catch (Exception $e) { echo $e->getMessage(), " "; } }
    else try { require "' . $folder->path . '/autoload.php"; } catch (Exception $e) { for (; $e; $e = $e->getPrevious()) echo $e->getMessage(), " "; }
}
if (isset($_GET["add"])) add();
if (isset($_GET["change"])) Cart::$n = 100;
if (isset($_GET["delete"])) { OPcache\pinned_delete("Cart"); Cart::$n = 50; }
if (isset($_GET["now"])) { try { echo OPcache\static_publish("Cart"); } catch (OPcache\StaticCacheException $e) { echo $e->getMessage(); } echo " "; }
echo shown(), " ", published();
';
in_hosts($script, function (callable $get) use ($folder) {
    foreach (['', 'add=1', '', 'add=1', '', 'throw=1', '', 'bad=1', 'bad=1&change=1', '', 'without=1', 'without=1&change=1', 'early=1', '', 'without=1&change=1&now=1', '', 'without=1&delete=1', 'without=1', '', 'early=1', ''] as $query) {
        echo "$query: ", preg_replace('/ in \S+ on line \d+/', '', trim($get($query))), "\n";
    }
    // Gone for good: no autoloader knows it.
    $get('add=1');
    rename("$folder->path/Money.php", "$folder->path/Coin.php");
    foreach (['', 'change=1', ''] as $query) {
        echo "without the class, $query: ", trim($get($query)), "\n";
    }
    rename("$folder->path/Coin.php", "$folder->path/Money.php");
});
?>
--EXPECT--
: 00 0null [0+0]
add=1: 11 1{"v":7} [0+0]
: 11 1{"v":7} [1+1]
add=1: 22 2{"v":7} [1+1]
: 22 2{"v":7} [2+2]
throw=1: thrown 00 0null [2+2]
: 22 2{"v":7} [2+2]
bad=1: no classes today 00 0null [2+2]
bad=1&change=1: no classes today 1000 0null [2+2]
Warning: Cart was not published: its stored state has objects of class Money, which was not found; that state stays until OPcache\pinned_delete('Cart') deletes it
: 22 2{"v":7} [2+2]
without=1: 00 0null [2+2]
without=1&change=1: 1000 0null [2+2]
Warning: Cart was not published: its stored state has objects of class Money, which was not found; that state stays until OPcache\pinned_delete('Cart') deletes it
early=1: 1000 2{"v":7} [2+2]
Warning: Cart was not published: it was changed before classes were there that its stored state needs; that state stays until OPcache\pinned_delete('Cart') deletes it
: 22 2{"v":7} [2+2]
without=1&change=1&now=1: Cart was not published: its stored state has objects of class Money, which was not found; that state stays until OPcache\pinned_delete('Cart') deletes it 1000 0null [2+2]
Warning: Cart was not published: its stored state has objects of class Money, which was not found; that state stays until OPcache\pinned_delete('Cart') deletes it
: 22 2{"v":7} [2+2]
without=1&delete=1: 500 0null [2+2]
without=1: 500 0null [3+2]
: 500 2{"v":7} [3+2]
early=1: 1000 2{"v":7} [3+2]
: 1000 2{"v":7} [4+2]
without the class, : 00 0null [5+3]
without the class, change=1: 1000 0null [5+3]
without the class, : 1000 0null [6+3]
