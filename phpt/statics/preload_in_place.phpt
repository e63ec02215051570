--TEST--
Preloaded classes have their state also where PHP preloads in the process that serves
--EXTENSIONS--
static_cache
--SKIPIF--
<?php
if (!ini_get('opcache.enable')) die('skip needs OPcache');
if (!function_exists('posix_getpwuid')) die('skip needs posix');
?>
--FILE--
<?php
require __DIR__ . '/../helpers/statics.inc';
$folder = new Folder(['preload.php' => '<?php
    class Item { public $v = 0; public function __wakeup() { $this->v += 100; } }
    #[OPcache\PinnedStatic] class Preloaded { public static $n = 0; public static ?Item $item = null; public static $list = []; public static function m() { static $n = 0; return ++$n; } }
    class Heir extends Preloaded { #[OPcache\PinnedStatic] public static $own = 0; }
    Preloaded::$n = 77; Preloaded::$list[] = "at preload";
    OPcache\pinned_store("preloaded", ["by" => PHP_SAPI]);
']);
$arguments = ['-d', 'opcache.enable=1', '-d', "opcache.preload=$folder->path/preload.php", '-d', 'opcache.preload_user=' . posix_getpwuid(posix_geteuid())['name']];
$server = new Server('<?php
if (isset($_GET["up"])) { Preloaded::$n++; Preloaded::$list[] = Preloaded::$n; Preloaded::m(); Heir::$own++; Preloaded::$item ??= new Item; }
echo json_encode([Preloaded::$n, Heir::$n, Preloaded::$list, Heir::$own, Preloaded::$item?->v, OPcache\pinned_fetch("preloaded")]);
if (isset($_GET["up"])) echo Preloaded::m();
', [], 1, [], $arguments);
foreach (['', 'up=1', '', '', 'up=1', ''] as $query) {
    echo $server->get("?$query"), "\n";
}
// PHP 8.4 preloads here in place as root as well.
echo run([PHP_BINARY, ...settings(), ...$arguments, '-d', 'opcache.enable_cli=1', '-r', 'Preloaded::$n++; OPcache\static_publish(); echo OPcache\pinned_cache_info()->entry_count, " entries\n";']);
?>
--EXPECT--
[0,0,[],0,null,{"by":"cli-server"}]
[1,1,[1],1,0,{"by":"cli-server"}]2
[1,1,[1],1,100,{"by":"cli-server"}]
[1,1,[1],1,100,{"by":"cli-server"}]
[2,2,[1,2],2,100,{"by":"cli-server"}]4
[2,2,[1,2],2,200,{"by":"cli-server"}]
2 entries
