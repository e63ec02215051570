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

// In the file of the class itself: when its autoloader has come back.
$folder->write('Held.php', '<?php class Held { public $v = "held"; public function __wakeup() { if (isset($_GET["throw"])) throw new Exception("thrown"); if (isset($_GET["exit"])) exit("exit"); } }');
$folder->write('Own.php', '<?php
#[OPcache\PinnedStatic] class Own { public static int $n = 0; public static $held = null; }
if (isset($_GET["legacy"])) { class Held { public $v = "legacy"; public function __wakeup() { echo "legacy "; } } }
if (isset($_GET["ends"])) { throw new Exception("ends"); }');
echo "in the file itself:\n";
in_hosts($load . '
    $see = fn() => json_encode([Own::$n, Own::$held]);
    if (isset($_GET["set"])) { Own::$n = 5; Own::$held = new Held(); }
    try { echo $see(), " "; } catch (Exception $e) { echo $e->getMessage(), " "; }
    if (isset($_GET["up"])) { Own::$n++; }
    echo $see();
', each_of('set=1', '', 'up=1', 'throw=1', 'ends=1', 'ends=1&up=1', 'exit=1', 'legacy=1', ''));
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
in the file itself:
set=1: [5,{"v":"held"}] [5,{"v":"held"}]
: [5,{"v":"held"}] [5,{"v":"held"}]
up=1: [5,{"v":"held"}] [6,{"v":"held"}]
throw=1: thrown [0,null]
ends=1: ends [6,{"v":"held"}]
ends=1&up=1: ends [7,{"v":"held"}]
exit=1: exit
legacy=1: legacy [7,{"v":"held"}] [7,{"v":"held"}]
: [7,{"v":"held"}] [7,{"v":"held"}]
