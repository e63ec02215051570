--TEST--
State that has objects of many classes which an autoloader loads is restored in a time that goes with their number
--EXTENSIONS--
static_cache
--FILE--
<?php
require __DIR__ . '/../helpers/statics.inc';
const COUNT = 6000;
$folder = new Folder(['Holder.php' => '<?php #[OPcache\PinnedStatic] class Holder { static $held = []; }']);
foreach (['no relatives' => '', 'a parent each' => 'extends R', 'an interface each' => 'implements R'] as $kind => $derived) {
    in_hosts('<?php
spl_autoload_register(function ($class) {
    $number = substr($class, 1);
    $derived = "' . $derived . '";
    match ($class[0]) {
        "K" => eval("class $class $derived" . ($derived ? $number : "") . " {}"),
        "R" => eval(($derived === "extends R" ? "class" : "interface") . " $class {}"),
        default => require "' . $folder->path . '/$class.php",
    };
});
// Of the processor: how busy the machine is does not matter.
$used = function () {
    $usage = getrusage();
    return ($usage["ru_utime.tv_sec"] + $usage["ru_stime.tv_sec"]) * 1e3 + ($usage["ru_utime.tv_usec"] + $usage["ru_stime.tv_usec"]) / 1e3;
};
$begin = $used();
$count = count(Holder::$held);
for ($i = 0; $i < ' . COUNT . '; $i++) {
    class_exists("K$i");
}
$took = $used() - $begin;
for ($i = 0; isset($_GET["set"]) && $i < ' . COUNT . '; $i++) {
    Holder::$held[] = new ("K$i")();
}
echo $took, " ", $count;
', function (callable $get) use ($kind) {
        $best = function (int $restored) use ($get) {
            $best = INF;
            for ($run = 0; $run < 3; $run++) {
                [$took, $count] = explode(' ', $get(''));
                if ((int) $count !== $restored) echo "$count restored\n";
                $best = min($best, (float) $took);
            }
            return $best;
        };
        $loaded = $best(0);
        $get('set=1');
        $restored = $best(COUNT);
        // With all of them looked at for each, it took twenty to hundred times as long.
        echo "$kind: ", $restored < 8 * $loaded + 40 ? "fine\n" : sprintf("%.1f ms, %.1f to load them\n", $restored, $loaded);
    });
}
?>
--EXPECT--
no relatives: fine
a parent each: fine
an interface each: fine
