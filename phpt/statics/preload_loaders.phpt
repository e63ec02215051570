--TEST--
Preloaded classes with objects have their state once the autoloader of these is registered
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
$folder = new Folder([
    'Money.php' => '<?php class Money { public $status; public function __construct(public int $v = 0) { $this->status = Status::Paid; } }',
    'Status.php' => '<?php enum Status: string { case Paid = "p"; }',
    'preload.php' => '<?php
        #[OPcache\PinnedStatic] class Cart { public static int $n = 0; public static array $items = []; }
        class Shop { #[OPcache\VolatileStatic] public static array $items = []; #[OPcache\PinnedStatic] public static $plain = 0; }',
]);
in_hosts('<?php
' . PUBLISHED . '
$before = Cart::$n . count(Shop::$items) . Shop::$plain;
spl_autoload_register(function ($class) { if (is_file($file = "' . $folder->path . '/$class.php")) include $file; });
if (isset($_GET["add"])) { Cart::$n++; Cart::$items[] = new Money(Cart::$n); Shop::$items[] = end(Cart::$items); Shop::$plain++; }
echo $before, " ", Cart::$n, " ", json_encode([Cart::$items, count(Shop::$items)]), " ", published();
', each_of('', 'add=1', '', 'add=1', ''), [
    'opcache.enable' => '1',
    'opcache.preload' => "$folder->path/preload.php",
    'opcache.preload_user' => is_root() ? 'www-data' : posix_getpwuid(posix_geteuid())['name'],
]);
?>
--EXPECT--
: 000 0 [[],0] [0+0]
add=1: 000 1 [[{"status":"p","v":1}],1] [0+0]
: 001 1 [[{"status":"p","v":1}],1] [2+1]
add=1: 001 2 [[{"status":"p","v":1},{"status":"p","v":2}],2] [2+1]
: 002 2 [[{"status":"p","v":1},{"status":"p","v":2}],2] [4+2]
