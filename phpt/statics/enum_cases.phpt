--TEST--
A case of an enum whose value needs a class whose state has that case: restored when it is evaluated
--EXTENSIONS--
static_cache
--FILE--
<?php
require __DIR__ . '/../helpers/statics.inc';
$files = [
    'Level' => '<?php enum Level: int { case Low = Config::BASE + 1; case High = Config::BASE + 2; }',
    'Config' => '<?php #[OPcache\PinnedStatic] class Config { const BASE = 1; public static ?Level $level = null; public static $more = 0; }',
    'Holder' => '<?php #[OPcache\PinnedStatic] class Holder { public static $held = null; #[OPcache\PinnedStatic] public static $too = null; }',
    'Late' => '<?php class Late {}',
];
$see = 'echo Config::$level?->name, Config::$more, " ", json_encode(Holder::$held), " ", json_encode(Holder::$too), " "; var_dump(Config::$level === Level::Low);';
$kinds = [
    'by another restore' => 'class_exists("Holder");',
    'by a fetch' => 'echo OPcache\pinned_fetch("key")?->name, " "; class_exists("Late"); ',
    'by constant()' => 'echo constant("Level::Low")->name, " "; class_exists("Late"); ',
    'changed meanwhile' => 'class_exists("Holder"); Config::$more++;',
];
foreach ($kinds as $kind => $use) {
    $folder = new Folder();
    foreach ($files as $name => $text) {
        $folder->write("$name.php", $text);
    }
    echo "$kind:\n";
    in_hosts('<?php spl_autoload_register(function ($class) { require "' . $folder->path . '/$class.php"; });
        if (isset($_GET["set"])) { Config::$level = Level::Low; Holder::$held = [Level::Low]; Holder::$too = [Level::High]; OPcache\pinned_store("key", Level::Low); } else { ' . "$use } $see", each_of('set=1', '', ''));
}
?>
--EXPECT--
by another restore:
set=1: Low0 [2] [3] bool(true)
: Low0 [2] [3] bool(true)
: Low0 [2] [3] bool(true)
by a fetch:
set=1: Low0 [2] [3] bool(true)
: Low Low0 [2] [3] bool(true)
: Low Low0 [2] [3] bool(true)
by constant():
set=1: Low0 [2] [3] bool(true)
: Low Low0 [2] [3] bool(true)
: Low Low0 [2] [3] bool(true)
changed meanwhile:
set=1: Low0 [2] [3] bool(true)
: Low1 [2] [3] bool(true)
: Low2 [2] [3] bool(true)
