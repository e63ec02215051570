--TEST--
Values stay when workers end: on demand with none alive, max_requests, SIGKILL, SIGUSR1
--EXTENSIONS--
static_cache
--SKIPIF--
<?php
require __DIR__ . "/../helpers/fpm.inc";
if ($why = without_fpm()) die("skip $why");
?>
--INI--
opcache.static_cache.volatile_size_mb=8
opcache.static_cache.pinned_size_mb=8
--FILE--
<?php
require __DIR__ . '/../helpers/fpm.inc';
$fpm = new Fpm([
    'ondemand' => ['pm' => 'ondemand', 'pm.process_idle_timeout' => '1s'],
    'few' => ['pm.max_requests' => '2'],
    'dynamic' => ['pm' => 'dynamic', 'pm.max_children' => '3', 'pm.start_servers' => '1', 'pm.min_spare_servers' => '1', 'pm.max_spare_servers' => '2'],
], Fpm::EVALUATE);
$count = 'return [getmypid(), OPcache\pinned_atomic_increment("n"), OPcache\pinned_cache_info()->partition, OPcache\pinned_cache_info()->recoveries];';
$before = count($fpm->workers());
[$first] = $fpm->in('ondemand', $count);
until(fn() => !in_array($first, $fpm->workers()), 'the idle worker to end');
[$second, $n, $name] = $fpm->in('ondemand', $count);
var_dump($first !== $second, $n, $name);

$pids = [];
foreach (range(1, 7) as $round) {
    [$pid, $n, $name] = $fpm->in('few', $count);
    $pids[$pid] = true;
}
var_dump(count($pids), $n, $name);

// Killed while it holds a fetched value and a reservation; the next one goes on at once.
[$first] = $fpm->in('dynamic', $count);
$busy = $fpm->ask('dynamic', '', ['CODE' => 'OPcache\volatile_store("a", range(1, 1000)); $a = OPcache\volatile_fetch("a"); OPcache\pinned_lock("reserved");
    OPcache\pinned_store("busy", getmypid()); while (true) { OPcache\volatile_store("b", [$a[7], str_repeat("x", random_int(1, 5000))]); }']);
$pid = until(fn() => $fpm->in('dynamic', 'return OPcache\pinned_fetch("busy");'), 'the busy worker');
$fpm->signal(SIGKILL, $pid);
var_dump(Fpm::answer($busy));
var_dump($fpm->in('dynamic', 'return [array_sum(OPcache\volatile_fetch("a")), OPcache\volatile_store("b", 1), OPcache\pinned_lock("reserved"), OPcache\pinned_atomic_increment("n") > 1];'));

$fpm->signal(SIGUSR1);
var_dump($fpm->in('dynamic', 'return OPcache\pinned_fetch("n") > 1;'), $fpm->said());
?>
--EXPECT--
bool(true)
int(2)
string(17) "fpm-fcgi:ondemand"
int(4)
int(7)
string(12) "fpm-fcgi:few"
string(19) "
[connection lost]
"
array(4) {
  [0]=>
  int(500500)
  [1]=>
  bool(true)
  [2]=>
  bool(true)
  [3]=>
  bool(true)
}
bool(true)
array(0) {
}
