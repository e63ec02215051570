--TEST--
A file of many classes whose objects' class is loaded by an autoloader is restored in a time that goes with their number
--EXTENSIONS--
static_cache
--FILE--
<?php
require __DIR__ . '/../helpers/statics.inc';
const COUNT = 3000;
// With a parent that is loaded, they are declared by statements, one after the other.
$classes = '';
for ($i = 0; $i < COUNT; $i++) {
    $classes .= "#[OPcache\\PinnedStatic] class K$i extends Base { static \$o = null; }\n";
}
$folder = new Folder(['Classes.php' => "<?php\n$classes", 'Base.php' => '<?php class Base {}', 'Held.php' => '<?php class Held { public $x = 1; }']);
in_hosts('<?php
spl_autoload_register(function ($class) { require "' . $folder->path . '/$class.php"; });
// Of the processor: how busy the machine is does not matter.
$used = function () {
    $usage = getrusage();
    return ($usage["ru_utime.tv_sec"] + $usage["ru_stime.tv_sec"]) * 1e3 + ($usage["ru_utime.tv_usec"] + $usage["ru_stime.tv_usec"]) / 1e3;
};
$begin = $used();
require "' . $folder->path . '/Classes.php";
$took = $used() - $begin;
$count = 0;
for ($i = 0; $i < ' . COUNT . '; $i++) {
    $class = "K$i";
    $count += $class::$o instanceof Held;
    if (isset($_GET["set"])) $class::$o = new Held();
}
echo $took, " ", $count;
', function (callable $get) {
    $best = function (int $restored) use ($get) {
        $best = INF;
        for ($run = 0; $run < 4; $run++) {
            [$took, $count] = explode(' ', $get(''));
            if ((int) $count !== $restored) echo "$count restored\n";
            $best = min($best, (float) $took);
        }
        return $best;
    };
    $declared = $best(0);
    $get('set=1');
    $restored = $best(COUNT);
    // Looked at again after each of them, they took twenty times as long, and fifty with OPcache.
    echo $restored < 5 * $declared + 20 ? "fine\n" : sprintf("%.1f ms, %.1f as declared\n", $restored, $declared);
});
?>
--EXPECT--
fine
