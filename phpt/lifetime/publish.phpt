--TEST--
A publication that finds no memory has the request give back what nobody uses
--EXTENSIONS--
static_cache
--FILE--
<?php
require __DIR__ . '/../helpers/statics.inc';
in_hosts('<?php
#[OPcache\PinnedStatic]
class Table { public static $rows = []; public static $note = ""; }
// Most of what the table leaves of 8 MB is what this request was handed, and then deleted.
function use_up(?array &$kept = null): void
{
    for ($at = 0; $at < 50; $at++) {
        OPcache\pinned_store("k$at", str_repeat(chr(65 + $at % 26), 100_000));
        $value = OPcache\pinned_fetch("k$at");
        strlen($value) === 100_000 || print("bad ");
        $kept === null || $kept[] = $value;
    }
    for ($at = 0; $at < 50; $at++) {
        OPcache\pinned_delete("k$at");
    }
}
function publish(): void
{
    try {
        echo OPcache\static_publish("Table");
    } catch (OPcache\StaticCacheException $e) {
        echo preg_replace("~\d+ bytes~", "N bytes", $e->getMessage());
    }
}
switch ($_GET["do"]) {
    case "first":
        Table::$rows = range(1, 100_000);
        break;
    case "now":
        use_up();
        Table::$rows = range(100_000, 1);
        publish();
        break;
    case "end":
        use_up();
        Table::$rows = range(5, 100_004);
        Table::$note = "at the end";
        break;
    case "kept":
        // What is in use is not given back, and so there is no memory.
        $kept = [];
        use_up($kept);
        Table::$note = "lost";
        publish();
        foreach ($kept as $at => $value) {
            $value === str_repeat(chr(65 + $at % 26), 100_000) || print("bad ");
        }
        // Nor is there at the end, where it warns.
        ini_set("display_errors", "0");
        break;
    default:
        echo count(Table::$rows), " ", Table::$rows[0], " ", Table::$note, " failures ", OPcache\pinned_cache_info()->publish_failures;
}
', each_of('do=first', 'do=now', 'do=read', 'do=end', 'do=read', 'do=kept', 'do=read'), ['opcache.static_cache.pinned_size_mb' => 8]);
?>
--EXPECT--
do=first: 
do=now: 1
do=read: 100000 100000  failures 0
do=end: 
do=read: 100000 5 at the end failures 0
do=kept: Table was not published: pinned cache: no memory for N bytes (key "Table"): N bytes free, largest block N bytes (opcache.static_cache.pinned_size_mb); most of it is Table::$rows
do=read: 100000 5 at the end failures 2
