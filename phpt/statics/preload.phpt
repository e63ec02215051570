--TEST--
Preloaded classes have their state from the beginning of each request, objects from the first file on
--EXTENSIONS--
static_cache
--SKIPIF--
<?php
require __DIR__ . '/../helpers/fpm.inc';
if ($why = without_fpm()) die("skip $why");
if (!ini_get('opcache.enable')) die('skip needs OPcache');
?>
--FILE--
<?php
require __DIR__ . '/../helpers/statics.inc';
$folder = new Folder(['preload.php' => '<?php
    class Item { public $v = 0; public function __wakeup() { $this->v += 100; } }
    #[OPcache\PinnedStatic] class Preloaded { public static $n = 0; public static ?Item $item = null; public static $list = []; public static function m() { static $n = 0; return ++$n; } }
    class Heir extends Preloaded { #[OPcache\PinnedStatic] public static $own = 0; }
    Preloaded::$n = 77; Preloaded::$list[] = "at preload";
']);
$fpm = new Fpm(['pool' => ['pm.max_children' => '2']], '<?php
if (isset($_GET["up"])) { Preloaded::$n++; Preloaded::$list[] = Preloaded::$n; Preloaded::m(); Heir::$own++; Preloaded::$item ??= new Item; }
echo json_encode([Preloaded::$n, Heir::$n, Preloaded::$list, Heir::$own, Preloaded::$item?->v, class_exists("Preloaded", false)]);
if (isset($_GET["up"])) echo Preloaded::m();
', ['arguments' => ['-d', 'opcache.enable=1', '-d', "opcache.preload=$folder->path/preload.php", ...is_root() ? ['-d', 'opcache.preload_user=www-data'] : []]]);
foreach (['', 'up=1', '', '', 'up=1', ''] as $query) {
    echo $fpm->get('pool', $query), "\n";
}
?>
--EXPECT--
[0,0,[],0,null,true]
[1,1,[1],1,0,true]2
[1,1,[1],1,100,true]
[1,1,[1],1,100,true]
[2,2,[1,2],2,100,true]4
[2,2,[1,2],2,200,true]
