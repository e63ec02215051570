--TEST--
Of many classes, or many statics of one class, that are restored, what is changed is published, and nothing else
--EXTENSIONS--
static_cache
--INI--
opcache.static_cache.pinned_size_mb=64
--FILE--
<?php
require __DIR__ . '/../helpers/statics.inc';
const COUNT = 4000;
$classes = $statics = '';
for ($i = 0; $i < COUNT; $i++) {
    $classes .= "#[OPcache\\PinnedStatic] class K$i { static \$o = null; }\n";
    $statics .= "static \$s$i = null;\n";
}
$folder = new Folder([
    'Classes.php' => "<?php\n$classes",
    'Statics.php' => "<?php\n#[OPcache\\PinnedStatic] class Statics {\n$statics}",
]);
$head = '<?php ' . PUBLISHED . '
class Held { public function __construct(public int $n) {} }
$count = ' . COUNT . ';
$do = $_GET["do"] ?? "";
echo published(), " ";
';

echo "classes:\n";
in_hosts($head . '
require "' . $folder->path . '/Classes.php";
$sum = 0;
for ($i = 0; $i < $count; $i++) {
    $class = "K$i";
    if ($do === "set") $class::$o = new Held($i);
    $sum += $class::$o?->n ?? 0;
}
switch ($do) {
    case "alias":
        for ($i = 0; $i < $count; $i += 100) class_alias("K$i", "Alias$i");
        $sum += Alias3900::$o->n;
        break;
    case "at the same place":
        K3000::$o = null;
        K3000::$o = new Held(3000);
        break;
    case "publish":
        for ($round = 0; $round < 3; $round++) {
            K1::$o = null;
            K1::$o = new Held(1);
            K3999::$o = new Held(3999);
            echo OPcache\static_publish(), OPcache\static_publish(), " ";
        }
        K2::$o = new Held(2);
        break;
    case "delete":
        OPcache\pinned_delete("K17");
        K17::$o = new Held(0);
        OPcache\pinned_delete("K18");
        break;
}
echo $sum;
', each_of('do=set', '', 'do=alias', '', 'do=at+the+same+place', '', 'do=publish', '', 'do=delete', '', ''));

echo "statics:\n";
in_hosts($head . '
require "' . $folder->path . '/Statics.php";
$static = function &(int $at) { $name = "s$at"; return Statics::$$name; };
$sum = 0;
for ($i = 0; $i < $count; $i++) {
    $name = "s$i";
    if ($do === "set") {
        $value = $i;
        // Objects, arrays with references that others have, and statics that share one with another.
        switch ($i % 4) {
            case 0: Statics::$$name = new Held($i); break;
            case 1: Statics::$$name = [&$value]; $kept[] = &$value; break;
            case 2: Statics::$$name = $i; break;
            case 3: $before = "s" . $i - 1; Statics::$$name =& Statics::$$before; break;
        }
        unset($value);
    }
    if ($do === "keep") $kept[] = &Statics::$$name;
    $value = Statics::$$name;
    $sum += $value->n ?? $value[0] ?? $value ?? 0;
}
switch ($do) {
    case "object": Statics::$s3996 = null; Statics::$s3996 = new Held(3996); break;
    case "array": Statics::$s3997[0]++; break;
    case "write": Statics::$s3999++; break;
    case "split": $own = Statics::$s3999; Statics::$s3999 =& $own; break;
    case "bind": Statics::$s3 =& Statics::$s3999; break;
    case "publish":
        echo OPcache\static_publish();
        Statics::$s3 =& Statics::$s7;
        echo OPcache\static_publish(), OPcache\static_publish(), " ";
        break;
}
echo $sum;
', each_of(
    'do=set', '', 'do=keep', '', 'do=object', '', 'do=array', '', 'do=write', '', 'do=split', '', 'do=bind', '', 'do=publish', '', '',
));
?>
--EXPECT--
classes:
do=set: [0+0] 7998000
: [4000+0] 7998000
do=alias: [4000+0] 8001900
: [4000+0] 7998000
do=at+the+same+place: [4000+0] 7998000
: [4001+0] 7998000
do=publish: [4001+0] 20 20 20 7998000
: [4008+0] 7998000
do=delete: [4008+0] 7998000
: [4009+0] 7997965
: [4009+0] 7997965
statics:
do=set: [0+0] 7997000
: [1+0] 7997000
do=keep: [1+0] 7997000
: [1+0] 7997000
do=object: [1+0] 7997000
: [2+0] 7997000
do=array: [2+0] 7997000
: [3+0] 7997001
do=write: [3+0] 7997001
: [4+0] 7997003
do=split: [4+0] 7997003
: [5+0] 7997003
do=bind: [5+0] 7997003
: [6+0] 8001000
do=publish: [6+0] 010 8001000
: [7+0] 7997007
: [7+0] 7997007
