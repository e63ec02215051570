--TEST--
State that has objects of a class that OPcache bound to one that is not linked is stored, without what that one is derived from
--EXTENSIONS--
static_cache
--SKIPIF--
<?php
if (!ini_get('opcache.enable')) die('skip OPcache binds classes early; without it PHP does not find the class');
?>
--FILE--
<?php
require __DIR__ . '/../helpers/statics.inc';
$folder = new Folder([
    'B.php' => '<?php class B extends A {}',
    'C.php' => '<?php class C extends B { public $v = 1; }',
    'Holder.php' => '<?php #[OPcache\PinnedStatic] class Holder { public static $held = null; }',
]);
// Asked for B, PHP asks for A, and that loads C, which OPcache binds to the B that is being linked.
in_hosts('<?php
spl_autoload_register(function ($class) {
    if ($class === "A") {
        require "' . $folder->path . '/C.php";
        if (isset($_GET["throw"])) throw new Exception("no A");
        eval("class A {}");
    } else require "' . $folder->path . '/$class.php";
});
try { class_exists("B"); } catch (Exception $e) { echo $e->getMessage(), " "; }
if (isset($_GET["set"])) Holder::$held = new C();
echo get_debug_type(Holder::$held);', each_of('', 'set=1', '', 'throw=1&set=1', ''));
?>
--EXPECT--
: null
set=1: C
: C
throw=1&set=1: no A C
: C
