--TEST--
A member that is renamed and renamed back starts fresh: what was stored under a name that is gone goes when state of the class is stored
--EXTENSIONS--
static_cache
--FILE--
<?php
require __DIR__ . '/../helpers/statics.inc';
$versions = [
    'first' => '#[OPcache\PinnedStatic] public static $a = 0; #[OPcache\PinnedStatic] public static function m() { static $n = 0; return ++$n; } #[OPcache\VolatileStatic] public static $v = 0;',
    'renamed' => '#[OPcache\PinnedStatic] public static $b = 0; #[OPcache\PinnedStatic] public static function other() { static $n = 0; return ++$n; } #[OPcache\VolatileStatic] public static $v = 0;',
    'in the other cache' => '#[OPcache\VolatileStatic] public static $a = 0; #[OPcache\VolatileStatic] public static function m() { static $n = 0; return ++$n; } #[OPcache\PinnedStatic] public static $v = 0;',
    'without' => '#[OPcache\PinnedStatic] public static $a = 0; public static function m() { static $n = 0; return ++$n; } public static $v = 0;',
];
$folder = new Folder;
in_hosts('<?php
include "' . $folder->path . '/" . ($_GET["file"] ?? "class.php");
$said = [];
foreach ((new ReflectionClass("C"))->getProperties() as $property) {
    $name = $property->name;
    $said[] = "$name=" . (isset($_GET["read"]) ? C::$$name : ++C::$$name);
}
if (!isset($_GET["read"])) {
    foreach ((new ReflectionClass("C"))->getMethods() as $method) $said[] = "$method->name=" . $method->invoke(null);
}
echo implode(" ", $said), ", before: ", OPcache\pinned_cache_info()->entry_count, "+", OPcache\volatile_cache_info()->entry_count, "\n";
', function (callable $get) use ($folder, $versions) {
    foreach (['first', 'renamed', 'first', 'in the other cache', 'first', 'without', 'first'] as $version) {
        $folder->write('class.php', "<?php class C { {$versions[$version]} }");
        // What only reads stores nothing, and drops no more than what it would have restored.
        echo "$version: ", $get('read'), $get(''), $get('');
    }
    // Another application's class of that name, and one of a name that begins like that.
    $folder->write('other.php', '<?php class C { #[OPcache\PinnedStatic] public static $b = 0; }');
    $folder->write('longer.php', '<?php class C_ { #[OPcache\PinnedStatic] public static $a = 0; } class C { } C_::$a++;');
    echo $get('file=other.php'), $get('file=longer.php'), $get(''), $get('file=other.php'), $get('read');
}, ['opcache.revalidate_freq' => '0']);
// Evaluated code is another class each time.
in_hosts('<?php
$name = $_GET["name"];
eval("class C { #[OPcache\PinnedStatic] public static \$$name = 0; }");
echo ++C::$$name, " ";
', function (callable $get) {
    echo $get('name=a'), $get('name=b'), $get('name=a'), $get('name=b'), "\n";
});
?>
--EXPECT--
first: a=0 v=0, before: 0+0
a=1 v=1 m=1, before: 0+0
a=2 v=2 m=2, before: 2+1
renamed: b=0 v=2, before: 2+1
b=1 v=3 other=1, before: 2+1
b=2 v=4 other=2, before: 2+1
first: a=0 v=4, before: 2+1
a=1 v=5 m=1, before: 2+1
a=2 v=6 m=2, before: 2+1
in the other cache: a=0 v=0, before: 2+1
a=1 v=1 m=1, before: 2+1
a=2 v=2 m=2, before: 1+2
first: a=0 v=0, before: 1+2
a=1 v=1 m=1, before: 1+2
a=2 v=2 m=2, before: 2+1
without: a=2 v=0, before: 2+1
a=3 v=1 m=1, before: 2+1
a=4 v=1 m=1, before: 1+0
first: a=4 v=0, before: 1+0
a=5 v=1 m=1, before: 1+0
a=6 v=2 m=2, before: 2+1
b=1, before: 2+1
, before: 3+1
a=7 v=3 m=3, before: 4+1
b=2, before: 4+1
a=7 v=3, before: 4+1
1 1 2 2 
