--TEST--
A file whose classes are being restored counts as included: an autoloader that requires it once does not have it compiled again
--EXTENSIONS--
static_cache
--FILE--
<?php
require __DIR__ . '/../helpers/statics.inc';
$folder = new Folder([
    'C.php' => '<?php #[OPcache\PinnedStatic] class C { public static $o = null; const X = 1; } return "C";',
    'W.php' => '<?php $GLOBALS["once"] = require_once __DIR__ . "/C.php"; class W { public $x = C::X; }',
]);
$script = '<?php
$path = "' . $folder->path . '";
spl_autoload_register(function ($class) use ($path) { $GLOBALS["returned"][] = include "$path/$class.php"; });
if ($_GET["how"] === "once") { var_dump(require_once "$path/C.php"); }
if ($_GET["how"] === "include") { var_dump(include "$path/C.php"); }
if ($_GET["do"] === "set") C::$o = new W;
echo C::$o?->x, " ", json_encode([$once ?? null, $returned ?? null]), " ";
echo implode(", ", array_map(basename(...), get_included_files()));
';
in_hosts($script, function (callable $get) {
    foreach (['autoload', 'include', 'once'] as $how) {
        foreach (['set', 'read', 'read'] as $do) {
            echo "$how, $do: ", $get("how=$how&do=$do"), "\n";
        }
    }
});
// The main script.
$server = new Server('<?php
#[OPcache\PinnedStatic] class C { public static $o = null; }
if (isset($_GET["set"])) { require "D.php"; C::$o = new D; }
echo C::$o ? get_class(C::$o) : "none", " ", implode(", ", array_map(basename(...), get_included_files()));
', [
    'before.php' => '<?php spl_autoload_register(function ($class) { if ($class === "D") include __DIR__ . "/D.php"; });',
    'D.php' => '<?php require_once __DIR__ . "/index.php"; class D {}',
], more: ['-d', 'auto_prepend_file=before.php', '-d', 'display_errors=1', '-d', 'html_errors=0']);
foreach (['?set=1', '?', '?'] as $query) {
    echo $server->get($query), "\n";
}
?>
--EXPECT--
autoload, set: 1 ["C",[1]] index.php, W.php, C.php
autoload, read: 1 [true,[1,"C"]] index.php, C.php, W.php
autoload, read: 1 [true,[1,"C"]] index.php, C.php, W.php
include, set: string(1) "C"
1 [true,[1]] index.php, C.php, W.php
include, read: string(1) "C"
1 [true,[1]] index.php, C.php, W.php
include, read: string(1) "C"
1 [true,[1]] index.php, C.php, W.php
once, set: string(1) "C"
1 [true,[1]] index.php, C.php, W.php
once, read: string(1) "C"
1 [true,[1]] index.php, C.php, W.php
once, read: string(1) "C"
1 [true,[1]] index.php, C.php, W.php
D before.php, index.php, D.php
D before.php, index.php, D.php
D before.php, index.php, D.php
