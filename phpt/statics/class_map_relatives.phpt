--TEST--
Class maps: what the classes of state are derived from may be what a running file declares further on, which is not included again
--EXTENSIONS--
static_cache
--FILE--
<?php
require __DIR__ . '/../helpers/statics.inc';
$kinds = [
    'a parent' => ['class P {}', 'class K extends P { public $k = 1; }'],
    'its parent' => ['class P {}', 'class Middle extends P {} class K extends Middle { public $k = 1; }'],
    'an interface' => ['interface P {}', 'class K implements P { public $k = 1; }'],
    'a trait' => ['trait P { public $k = 1; }', 'class K { use P; }'],
    'a trait of a parent' => ['trait P { public $k = 1; }', 'class Middle { use P; } class K extends Middle {}'],
];
foreach ($kinds as $kind => [$relative, $class]) {
    $folder = new Folder([
        'Registry.php' => '<?php #[OPcache\PinnedStatic] class Registry { public static $held = null; }
            if (is_array($_GET)) { echo json_encode(Registry::$held), " "; ' . $relative . ' }',
        'K.php' => "<?php $class",
    ]);
    echo "$kind:\n";
    in_hosts('<?php
$map = ["Registry" => "Registry", "P" => "Registry", "K" => "K", "Middle" => "K"];
spl_autoload_register(function ($class) use ($map) { if (isset($map[$class])) include "' . $folder->path . '/$map[$class].php"; });
if (isset($_GET["set"])) { class_exists("Registry"); Registry::$held = new K(); }
if (isset($_GET["first"])) class_exists($_GET["first"]);
echo json_encode(Registry::$held);', each_of('set=1', '', 'first=P', 'first=K', ''));
}
?>
--EXPECT--
a parent:
set=1: null {"k":1}
: null {"k":1}
first=P: null {"k":1}
first=K: null {"k":1}
: null {"k":1}
its parent:
set=1: null {"k":1}
: null {"k":1}
first=P: null {"k":1}
first=K: null {"k":1}
: null {"k":1}
an interface:
set=1: null {"k":1}
: null {"k":1}
first=P: null {"k":1}
first=K: null {"k":1}
: null {"k":1}
a trait:
set=1: null {"k":1}
: null {"k":1}
first=P: null {"k":1}
first=K: null {"k":1}
: null {"k":1}
a trait of a parent:
set=1: null {"k":1}
: null {"k":1}
first=P: null {"k":1}
first=K: null {"k":1}
: null {"k":1}
