--TEST--
Static state stays in its pool, and is the same for all of a pool's workers
--EXTENSIONS--
static_cache
--SKIPIF--
<?php
require __DIR__ . '/../helpers/fpm.inc';
if ($why = without_fpm()) die("skip $why");
?>
--FILE--
<?php
require __DIR__ . '/../helpers/statics.inc';
$folder = new Folder;
$fpm = new Fpm(['one' => ['pm.max_children' => '3'], 'two' => ['pm.max_children' => '2']], '<?php
#[OPcache\PinnedStatic] class C { public static $n = 0; public static $by = []; }
#[OPcache\VolatileStatic] class D { public static $n = 0; }
if (isset($_GET["up"])) { C::$n++; D::$n++; C::$by[getmypid()] = true; }
if (isset($_GET["wait"])) { touch("$_GET[wait]/ready"); while (!is_file("$_GET[wait]/go")) { clearstatcache(); usleep(1000); } }
if (isset($_GET["reset"])) { opcache_reset(); }
if (isset($_GET["clear"])) { OPcache\pinned_clear(); }
echo json_encode([C::$n, D::$n, count(C::$by)]);');
for ($i = 0; $i < 11; $i++) {
    $one = $fpm->get('one', 'up=1');
}
// While one worker is busy, another one serves the next request; both see what was published.
$busy = $fpm->ask('one', "wait=$folder->path");
until(fn() => is_file("$folder->path/ready"), 'the worker');
$one = $fpm->get('one', 'up=1');
touch("$folder->path/go");
echo Fpm::answer($busy), ' ';
$two = $fpm->get('two', 'up=1');
echo json_decode($one)[0], json_decode($one)[1], " $two\n";
$fpm->get('two', 'clear=1');
[$n, $m] = $fpm->json('one');
echo json_encode([$n, $m]), ' ', $fpm->get('two'), "\n";
$fpm->get('one', 'reset=1');
$fpm->get('two', 'up=1');
echo $fpm->get('one'), ' ', $fpm->get('two'), "\n";
$fpm->reload();
echo $fpm->get('one'), ' ', $fpm->get('two'), "\n";
?>
--EXPECTF--
[11,11,%d] 1212 [1,1,1]
[12,12] [0,1,0]
[0,0,0] [1,2,1]
[0,0,0] [0,0,0]
