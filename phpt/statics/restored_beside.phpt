--TEST--
A class whose state cannot be restored is no matter of other classes; one of the main script that does not fit starts as declared
--EXTENSIONS--
static_cache
--FILE--
<?php
require __DIR__ . '/../helpers/statics.inc';
$folder = new Folder(['library.php' => '<?php
    class Item { function __serialize(): array { return []; } function __unserialize(array $data): void { if ($hook = $GLOBALS["hook"] ?? null) $hook(); } }
    #[OPcache\PinnedStatic] class First { static $item; static $n = 0; }
    #[OPcache\PinnedStatic] class Second { static $n = 0; static $object; }
    #[OPcache\PinnedStatic] class Third { static $item; static $n = 0; }
    #[OPcache\PinnedStatic] class Fourth { static $n = 0; static $object; }
']);
in_hosts('<?php
$hook = isset($_GET["throw"]) ? function () { static $n = 0; throw new Exception("thrown " . ++$n); } : null;
try {
    require ' . var_export("$folder->path/library.php", true) . ';
} catch (Exception $e) {
    for (; $e; $e = $e->getPrevious()) echo $e->getMessage(), " ";
}
$hook = null;
if (isset($_GET["set"])) {
    First::$item = new Item(); Third::$item = new Item();
    First::$n = Second::$n = Third::$n = Fourth::$n = 10;
    Second::$object = Fourth::$object = new stdClass();
}
if (isset($_GET["up"])) { Second::$n++; Fourth::$n++; }
echo First::$n, " ", Second::$n, " ", Third::$n, " ", Fourth::$n, "\n";
', function (callable $get) {
    echo $get('set=1'), $get('throw=1&up=1'), $get(''), $get('throw=1'), $get('up=1'), $get('');
});

$before = fn(string $parent) => $folder->write('before.php', '<?php spl_autoload_register(function ($class) { eval("class A {} class B ' . $parent . ' {}"); });');
$before('extends A');
in_hosts('<?php
#[OPcache\PinnedStatic] class S { public static ?A $x = null; public static $n = 0; }
if (isset($_GET["set"])) { S::$x = new B(); S::$n = 7; }
echo json_encode([S::$x, S::$n]), "\n";
', function (callable $get) use ($before) {
    $before('extends A');
    echo $get('set=1'), $get('');
    $before('');
    echo $get(''), $get('');
}, ['auto_prepend_file' => "$folder->path/before.php", 'opcache.revalidate_freq' => 0]);
?>
--EXPECT--
10 10 10 10
thrown 2 thrown 1 0 11 0 11
10 11 10 11
thrown 2 thrown 1 0 11 0 11
10 12 10 12
10 12 10 12
[{},7]
[{},7]
[null,0]
[null,0]
