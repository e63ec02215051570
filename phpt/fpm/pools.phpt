--TEST--
Each pool has values, keys, counters, reservations, figures, clearing and resetting of its own
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
$fpm = new Fpm(['alpha' => ['pm.max_children' => '2'], 'beta' => []], Fpm::EVALUATE);
foreach (['alpha', 'beta'] as $pool) {
    $fpm->in($pool, "OPcache\\volatile_store('k', ['$pool']); OPcache\\pinned_store('k', ['$pool']);
        foreach (range(1, '$pool' === 'alpha' ? 3 : 5) as \$n) OPcache\\volatile_store(\"list.\$n\", \$n);
        OPcache\\pinned_atomic_increment('n', '$pool' === 'alpha' ? 10 : 20);");
}
$look = 'return [OPcache\volatile_fetch("k"), OPcache\pinned_fetch("k"), OPcache\pinned_fetch("n"), OPcache\volatile_cache_info()->entry_count,
    OPcache\pinned_cache_info()->entry_count, count(OPcache\volatile_keys()), OPcache\volatile_cache_info()->partition,
    OPcache\pinned_cache_info()->shared_model, OPcache\volatile_cache_info()->available, OPcache\volatile_cache_info()->failure_reason];';
$show = function (string $done) use ($fpm, $look) {
    echo "$done\n";
    foreach (['alpha', 'beta'] as $pool) {
        echo "  $pool ", json_encode($fpm->in($pool, $look)), "\n";
    }
};
$show('stored');
// A reservation of one pool is nothing to the other; within the pool another worker is kept out.
$holder = $fpm->ask('alpha', '', ['CODE' => 'return OPcache\volatile_lock("k", 60);']);
echo Fpm::answer($holder), "\n";
var_dump($fpm->in('alpha', 'return OPcache\volatile_lock("k");'), $fpm->in('beta', 'return OPcache\volatile_lock("k") && OPcache\volatile_unlock("k");'));
var_dump($fpm->in('alpha', 'return OPcache\volatile_delete_prefix("list.");'));
$show('prefix deleted in alpha');
var_dump($fpm->in('beta', 'return OPcache\volatile_clear();'));
$show('volatile cleared in beta');
var_dump($fpm->in('alpha', '$is_off = extension_loaded("Zend OPcache") && !ini_get("opcache.enable"); return [opcache_reset(), opcache_invalidate($_SERVER["SCRIPT_FILENAME"], true) !== $is_off, OPcache\pinned_store("again", 1)];'));
$show('alpha reset');
// All of alpha's workers are one partition, whoever answers.
$pids = [];
until(function () use ($fpm, &$pids) {
    $connections = [];
    foreach ([1, 2] as $_) {
        $connections[] = $fpm->ask('alpha', '', ['CODE' => 'usleep(5000); return [getmypid(), OPcache\pinned_fetch("again"), OPcache\pinned_cache_info()->partition];']);
    }
    foreach ($connections as $connection) {
        [$pid, $value, $name] = json_decode(Fpm::answer($connection));
        $pids[$pid] = [$value, $name];
    }
    return count($pids) === 2;
}, 'an answer of both workers');
echo json_encode(array_values($pids)), "\n";
var_dump($fpm->said());
?>
--EXPECT--
stored
  alpha [["alpha"],["alpha"],10,4,2,4,"fpm-fcgi:alpha","fpm pool",true,null]
  beta [["beta"],["beta"],20,6,2,6,"fpm-fcgi:beta","fpm pool",true,null]
true
bool(false)
bool(true)
int(3)
prefix deleted in alpha
  alpha [["alpha"],["alpha"],10,1,2,1,"fpm-fcgi:alpha","fpm pool",true,null]
  beta [["beta"],["beta"],20,6,2,6,"fpm-fcgi:beta","fpm pool",true,null]
bool(true)
volatile cleared in beta
  alpha [["alpha"],["alpha"],10,1,2,1,"fpm-fcgi:alpha","fpm pool",true,null]
  beta [null,["beta"],20,0,2,0,"fpm-fcgi:beta","fpm pool",true,null]
array(3) {
  [0]=>
  bool(true)
  [1]=>
  bool(true)
  [2]=>
  bool(true)
}
alpha reset
  alpha [null,null,null,0,1,0,"fpm-fcgi:alpha","fpm pool",true,null]
  beta [null,["beta"],20,0,2,0,"fpm-fcgi:beta","fpm pool",true,null]
[[1,"fpm-fcgi:alpha"],[1,"fpm-fcgi:alpha"]]
array(0) {
}
