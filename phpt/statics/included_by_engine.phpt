--TEST--
Files that the engine itself includes (spl_autoload()) where no code of the script runs: for a restore before the first file, and for the publication at the end
--EXTENSIONS--
static_cache
--FILE--
<?php
require __DIR__ . '/../helpers/statics.inc';
// PHP 8.3 tells of the constant, too.
$trace = 'json_encode(array_values(array_diff(array_column(debug_backtrace(), "function"), ["[constant expression]"])))';
$folder = new Folder([
    'before.php' => '<?php spl_autoload_register(); set_include_path(__DIR__); $where = "before";',
    'kept.inc' => '<?php $kept = "[kept, $where: " . ' . $trace . '; echo "$kept]";
class Kept { public $n = 1; public function __wakeup() { global $kept; $kept = "by __wakeup()"; } }',
    'late.inc' => '<?php $late = "[late, $where: " . ' . $trace . '; echo "$late]"; class Late { const TTL = 100; }',
    'wrong.inc' => '<?php $wrong = "wrong, $where"; throw new Exception($wrong); class Wrong {}',
]);
in_hosts('<?php
#[OPcache\PinnedStatic] class Holder { public static $object; }
class Lasting { #[OPcache\VolatileStatic(ttl: Late::TTL)] public static $n = 0; }
class Failing { #[OPcache\VolatileStatic(ttl: Wrong::TTL)] public static $n = 0; }
$where .= ", script";
if ($_GET["do"] === "set") Holder::$object = new Kept;
if ($_GET["do"] === "late") Lasting::$n++;
if ($_GET["do"] === "fiber") { $fiber = new Fiber(function () { Fiber::suspend(); }); $fiber->start(); Lasting::$n++; }
if ($_GET["do"] === "wrong") Failing::$n++;
echo get_debug_type(Holder::$object), " ", Lasting::$n, " ", $GLOBALS["kept"] ?? "none", "\n";
', function (callable $get) {
    foreach (['do=set', 'do=read', 'do=late', 'do=fiber', 'do=read', 'do=wrong'] as $query) {
        echo "$query: ", preg_replace('~ in /\S*(:| on line )\d+~', '', trim($get($query))), "\n";
    }
}, ['auto_prepend_file' => "$folder->path/before.php"]);
?>
--EXPECT--
do=set: [kept, before, script: ["spl_autoload"]]Kept 0 [kept, before, script: ["spl_autoload"]
do=read: [kept, before: ["spl_autoload"]]Kept 0 by __wakeup()
do=late: [kept, before: ["spl_autoload"]]Kept 1 by __wakeup()
[late, before, script: ["spl_autoload","OPcache\\{publication of static state}"]]
do=fiber: [kept, before: ["spl_autoload"]]Kept 2 by __wakeup()
[late, before, script: ["spl_autoload","OPcache\\{publication of static state}"]]
do=read: [kept, before: ["spl_autoload"]]Kept 2 by __wakeup()
do=wrong: [kept, before: ["spl_autoload"]]Kept 2 by __wakeup()

Warning: Failing::$n was not published: Exception was thrown: wrong, before, script in Unknown on line 0
