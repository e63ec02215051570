--TEST--
What a running file declares only if no autoloader knows it is not waited for where one does, and is where none does
--EXTENSIONS--
static_cache
--FILE--
<?php
require __DIR__ . '/../helpers/statics.inc';
$kinds = [
    'an interface' => ['interface Base {}', 'class Entry implements Base {}', 'if (!interface_exists("Base")) { interface Base {} }'],
    'a parent' => ['class Base {}', 'class Entry extends Base {}', 'if (!\class_exists(Base::class)) { class Other {} class Base {} }'],
    'the class itself' => ['', 'class Entry {}', 'if (!class_exists("Entry")) { class Entry { public $other; } }'],
    'without an autoloader' => ['interface Base {}', 'class Entry implements Base {}', 'if (!interface_exists("Base", false)) { interface Base {} }'],
];
foreach ($kinds as $kind => [$base, $entry, $fallback]) {
    $folder = new Folder([
        'Base.php' => "<?php $base",
        'Entry.php' => "<?php $entry",
        'Finder.php' => '<?php #[OPcache\PinnedStatic] class Finder { public static $n = 0; public static $known = []; }',
    ]);
    echo "$kind:\n";
    in_hosts('<?php
spl_autoload_register(function ($class) {
    if (isset($_GET["none"]) && $class === "Base") return;
    if (is_file($file = "' . $folder->path . '/$class.php")) require $file;
});
if (isset($_GET["set"])) { [Finder::$n, Finder::$known] = [1, [new Entry()]]; return; }
echo count(Finder::$known), " ";
if (isset($_GET["count"])) Finder::$n++;
' . $fallback . '
echo Finder::$n, " ", get_debug_type(Finder::$known[0] ?? null);', function (callable $get) use ($kind) {
        // Without an autoloader it is said to be lost.
        foreach (['set=1', '', 'count=1', 'none=1', ''] as $query) {
            echo "$query: ", preg_replace('/^Warning: Finder was not published: (.*?);.*$/m', '$1', trim($get($query))), "\n";
        }
    });
}
?>
--EXPECT--
an interface:
set=1: 
: 1 1 Entry
count=1: 1 2 Entry
none=1: 0 2 Entry
: 1 2 Entry
a parent:
set=1: 
: 1 1 Entry
count=1: 1 2 Entry
none=1: 0 2 Entry
: 1 2 Entry
the class itself:
set=1: 
: 1 1 Entry
count=1: 1 2 Entry
none=1: 1 2 Entry
: 1 2 Entry
without an autoloader:
set=1: 
: 0 1 Entry
count=1: 0 1 null
it was changed before classes were there that its stored state needs
none=1: 0 1 Entry
: 0 1 Entry
