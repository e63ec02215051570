--TEST--
Pools of other users, and one that is chrooted
--EXTENSIONS--
static_cache
--SKIPIF--
<?php
require __DIR__ . "/../helpers/fpm.inc";
if ($why = without_fpm(root: true)) die("skip $why");
?>
--INI--
opcache.static_cache.volatile_size_mb=8
opcache.static_cache.pinned_size_mb=8
--FILE--
<?php
require __DIR__ . '/../helpers/fpm.inc';
$jail = sys_get_temp_dir() . '/static-cache-jail-' . getmypid();
mkdir($jail, 0755);
file_put_contents("$jail/index.php", Fpm::EVALUATE);
$fpm = new Fpm(
    ['www' => [], 'nobody' => ['user' => 'nobody', 'group' => 'nogroup'], 'root' => ['user' => 'root'], 'jail' => ['chroot' => $jail, 'chdir' => '/']],
    Fpm::EVALUATE,
);
$code = 'OPcache\pinned_atomic_increment("n"); OPcache\volatile_store("a", [1, 2]); $i = OPcache\pinned_cache_info();
    return [OPcache\pinned_fetch("n"), $i->partition, $i->available, $i->failure_reason, OPcache\volatile_fetch("a"), is_dir("/proc/self")];';
foreach ([1, 2] as $round) {
    foreach (array_keys($fpm->pools) as $pool) {
        echo json_encode($fpm->in($pool, $code, $pool === 'jail' ? ['SCRIPT_FILENAME' => '/index.php'] : [])), "\n";
    }
}
var_dump($fpm->said());
unlink("$jail/index.php");
rmdir($jail);
?>
--EXPECT--
[1,"fpm-fcgi:www",true,null,[1,2],true]
[1,"fpm-fcgi:nobody",true,null,[1,2],true]
[1,"fpm-fcgi:root",true,null,[1,2],true]
[1,"fpm-fcgi:jail",true,null,[1,2],false]
[2,"fpm-fcgi:www",true,null,[1,2],true]
[2,"fpm-fcgi:nobody",true,null,[1,2],true]
[2,"fpm-fcgi:root",true,null,[1,2],true]
[2,"fpm-fcgi:jail",true,null,[1,2],false]
array(0) {
}
