--TEST--
Many files that are suspended in fibers before they declare what state waits for: restored in a time that goes with their number
--EXTENSIONS--
static_cache
--FILE--
<?php
require __DIR__ . '/../helpers/statics.inc';
const COUNT = 400;
$folder = new Folder();
for ($i = 0; $i < COUNT; $i++) {
    $folder->write("File$i.php", "<?php
        #[OPcache\\PinnedStatic] class K$i { static \$o = null; }
        Fiber::suspend();
        if (true) { class Held$i { public \$v = $i; } }
        Fiber::suspend();");
}
in_hosts('<?php
// Of the processor: how busy the machine is does not matter.
$used = function () {
    $usage = getrusage();
    return ($usage["ru_utime.tv_sec"] + $usage["ru_stime.tv_sec"]) * 1e3 + ($usage["ru_utime.tv_usec"] + $usage["ru_stime.tv_usec"]) / 1e3;
};
$begin = $used();
$fibers = [];
for ($i = 0; $i < ' . COUNT . '; $i++) {
    $fibers[$i] = new Fiber(function () use ($i) { require "' . $folder->path . '/File$i.php"; });
    $fibers[$i]->start();
}
foreach ($fibers as $fiber) $fiber->resume();
$took = $used() - $begin;
$count = 0;
for ($i = 0; $i < ' . COUNT . '; $i++) {
    [$class, $held] = ["K$i", "Held$i"];
    $count += $class::$o instanceof $held && $class::$o->v === $i;
    if (isset($_GET["set"])) $class::$o = new $held();
}
echo $took, " ", $count;
', function (callable $get) {
    $best = function (int $restored) use ($get) {
        $best = INF;
        for ($run = 0; $run < 3; $run++) {
            [$took, $count] = explode(' ', $get(''));
            if ((int) $count !== $restored) echo "$count restored\n";
            $best = min($best, (float) $took);
        }
        return $best;
    };
    $declared = $best(0);
    $get('set=1');
    $restored = $best(COUNT);
    // Where each was looked for in all frames after each class, that took more than a second.
    echo $restored < 10 * $declared + 500 ? "fine\n" : sprintf("%.1f ms, %.1f as declared\n", $restored, $declared);
});
?>
--EXPECT--
fine
