--TEST--
Declarations that a running file has passed, or does not come to, keep no state waiting
--EXTENSIONS--
static_cache
--FILE--
<?php
require __DIR__ . '/../helpers/statics.inc';
$folder = new Folder([
    'Holder.php' => '<?php #[OPcache\PinnedStatic] class Holder { public static int $n = 0; public static $held = null; }',
    'Loaded.php' => '<?php class Loaded { public $v = "loaded"; }',
    'Another.php' => '<?php class Another {}',
]);
$load = '<?php
spl_autoload_register(function ($class) { if (is_file($file = "' . $folder->path . '/$class.php")) include $file; });
';
$use = '
if (isset($_GET["set"])) { Holder::$n = 5; Holder::$held = new Loaded(); }
if (isset($_GET["up"])) { Holder::$n++; }
echo Holder::$n, " ", json_encode(Holder::$held);
';
$legacy = 'if (isset($_GET["legacy"])) { class Loaded { public $v = "legacy"; } }';
$say = each_of('set=1', '', 'up=1', '', 'legacy=1');

echo "passed:\n";
in_hosts("$load $legacy $use", $say);

// In the functions that call, too; an exception is on its way meanwhile.
echo "passed by others:\n";
in_hosts("$load $legacy
    function used() { if (isset(\$_GET['legacy'])) { if (!class_exists('Loaded', false)) { class Loaded {} } } try { throw new Exception(); } finally { \$seen = Holder::\$n; } }
    try { used(); } catch (Exception) {}
    $use", $say);

// It comes to light when the next class is there, or the next autoloader.
foreach (['class_exists("Another");', 'spl_autoload_register(function ($class) {});'] as $next) {
    echo "not come to, then $next\n";
    in_hosts("$load class_exists('Holder'); $legacy $next $use", $say);
}
?>
--EXPECT--
passed:
set=1: 5 {"v":"loaded"}
: 5 {"v":"loaded"}
up=1: 6 {"v":"loaded"}
: 6 {"v":"loaded"}
legacy=1: 6 {"v":"loaded"}
passed by others:
set=1: 5 {"v":"loaded"}
: 5 {"v":"loaded"}
up=1: 6 {"v":"loaded"}
: 6 {"v":"loaded"}
legacy=1: 6 {"v":"loaded"}
not come to, then class_exists("Another");
set=1: 5 {"v":"loaded"}
: 5 {"v":"loaded"}
up=1: 6 {"v":"loaded"}
: 6 {"v":"loaded"}
legacy=1: 6 {"v":"loaded"}
not come to, then spl_autoload_register(function ($class) {});
set=1: 5 {"v":"loaded"}
: 5 {"v":"loaded"}
up=1: 6 {"v":"loaded"}
: 6 {"v":"loaded"}
legacy=1: 6 {"v":"loaded"}
