--TEST--
State stays when nothing was edited, whatever a constant in a default was when the file was compiled, and whoever compiled it
--EXTENSIONS--
static_cache
--FILE--
<?php
require __DIR__ . '/../helpers/statics.inc';
$folder = new Folder([
    'Other.php' => '<?php class Other { const LIMIT = 10; const LIST = [1, 2]; } const STEP = 2;',
    'A.php' => '<?php #[OPcache\PinnedStatic] class A { public static $limit = Other::LIMIT; public static $both = [Other::LIST, "n" => STEP * 2]; public static $n = 0; }',
    'B.php' => '<?php #[OPcache\PinnedStatic] class B { public static $by = REQUEST_ID; public static $n = 0; static function f() { static $of = REQUEST_ID; static $n = 0; return ++$n; } }',
    'Php.php' => '<?php #[OPcache\PinnedStatic] class Php { public static $php = [PHP_INT_MAX, PHP_OS_FAMILY, ArrayObject::ARRAY_AS_PROPS]; public static $n = 0; }',
]);
$script = '<?php
const FOLDER = "' . $folder->path . '";
function load($class) { require_once FOLDER . "/$class.php"; }
spl_autoload_register(load(...));
define("REQUEST_ID", random_int(1, PHP_INT_MAX));
if (isset($_GET["other"])) { load("Other"); }
A::$n++; B::$n++; Php::$n++;
echo A::$n, " ", B::$n, " ", B::f(), " ", Php::$n, " ", A::$limit + A::$both["n"] + count(A::$both[0]);
';
// OPcache does not cache a file that was written a moment ago, nor does it use what it has cached of it.
$write = function (int $age) use ($folder) {
    foreach (['A', 'B', 'Php'] as $class) {
        touch("$folder->path/$class.php", time() - $age);
    }
};
in_hosts($script, function (callable $get) use ($write) {
    $write(10000);
    each_of('', 'other', '', 'other')($get);
    $write(-1000);
    each_of('', 'other', '')($get);
    $write(9000);
    each_of('', 'other', '')($get);
}, ['opcache.revalidate_freq' => '0', 'opcache.file_update_protection' => '2']);
?>
--EXPECT--
: 1 1 1 1 16
other: 2 2 2 2 16
: 3 3 3 3 16
other: 4 4 4 4 16
: 5 5 5 5 16
other: 6 6 6 6 16
: 7 7 7 7 16
: 8 8 8 8 16
other: 9 9 9 9 16
: 10 10 10 10 16
