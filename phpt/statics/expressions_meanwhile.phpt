--TEST--
What expressions and initialisers give does not replace what another request stored meanwhile
--EXTENSIONS--
static_cache
--SKIPIF--
<?php require __DIR__ . '/../helpers/fpm.inc'; if ($why = without_fpm()) die("skip $why"); ?>
--FILE--
<?php
require __DIR__ . '/../helpers/fpm.inc';
$script = '<?php
const LIMIT = 10;
#[OPcache\PinnedStatic]
class Shop { public static $options = ["limit" => LIMIT]; public static $table = null; }
#[OPcache\PinnedStatic]
class Tables
{
    public static $table = null;
    public static function limit() { static $limit = LIMIT, $built = new ArrayObject(["built"]); return $limit + count($built); }
}
function wait_for($key) { while (!OPcache\pinned_exists($key)) usleep(1000); }
switch ($_GET["do"]) {
    case "slow": $x = [Shop::$options, Tables::limit()]; OPcache\pinned_store("begun", 1); wait_for("set"); break;
    case "set": wait_for("begun"); Shop::$table = Tables::$table = "expensive"; echo OPcache\static_publish(); OPcache\pinned_store("set", 1); break;
    case "first": Tables::limit(); break;
    case "more": Tables::limit(); Tables::$table .= "!"; break;
    case "clear": OPcache\pinned_clear(); break;
}
echo json_encode([Shop::$table, Tables::$table]);
if ($_GET["do"] === "state") { echo OPcache\pinned_cache_info()->stores; }
';
$fpm = new Fpm(['pool' => ['pm.max_children' => '2']], $script, ['arguments' => ['-d', 'display_errors=1', '-d', 'html_errors=0']]);
foreach (array_map(fn($query) => $fpm->ask('pool', $query), ['do=slow', 'do=set']) as $connection) {
    echo Fpm::answer($connection), "\n";
}
foreach (['do=state', 'do=first', 'do=state', 'do=more', 'do=state', 'do=clear', 'do=first', 'do=first', 'do=state'] as $query) {
    echo "$query ", $fpm->get('pool', $query), "\n";
}
?>
--EXPECT--
[null,null]
2["expensive","expensive"]
do=state ["expensive","expensive"]4
do=first ["expensive","expensive"]
do=state ["expensive","expensive"]5
do=more ["expensive","expensive!"]
do=state ["expensive","expensive!"]6
do=clear ["expensive","expensive!"]
do=first [null,null]
do=first [null,null]
do=state [null,null]7
