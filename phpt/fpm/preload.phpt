--TEST--
Preloading runs user code in a child that is no worker: without the pools memory files
--EXTENSIONS--
static_cache
--SKIPIF--
<?php
require __DIR__ . "/../helpers/fpm.inc";
if ($why = without_fpm(root: true)) die("skip $why");
if (!ini_get("opcache.enable")) die("skip needs OPcache");
?>
--INI--
opcache.static_cache.volatile_size_mb=8
opcache.static_cache.pinned_size_mb=8
--FILE--
<?php
require __DIR__ . '/../helpers/fpm.inc';
$out = sys_get_temp_dir() . '/static-cache-preload-' . getmypid();
mkdir($out);
chmod($out, 0777);
file_put_contents("$out/preload.php", '<?php
    class Preloaded {}
    $i = OPcache\pinned_cache_info();
    $files = array_filter(scandir("/proc/self/fd"), fn($fd) => str_contains((string) @readlink("/proc/self/fd/$fd"), "memfd:static-cache"));
    file_put_contents(__DIR__ . "/said", json_encode([posix_getpwuid(posix_geteuid())["name"], count($files), $i->available, $i->failure_reason, OPcache\pinned_store("k", "preloaded")]) . "\n", FILE_APPEND);');
$listener = stream_socket_server('tcp://127.0.0.1:0');
$address = stream_socket_get_name($listener, false);
// The socket is there when the child is forked: inherited at first, handed on by the reload then.
$fpm = new Fpm(['given' => ['listen' => $address]], Fpm::EVALUATE, [
    'environment' => ['FPM_SOCKETS' => "$address=5"], 'descriptors' => [5 => $listener],
    'arguments' => ['-d', 'opcache.enable=1', '-d', "opcache.preload=$out/preload.php", '-d', 'opcache.preload_user=www-data'],
]);
fclose($listener);
$look = 'return [class_exists("Preloaded", false), OPcache\pinned_fetch("k"), OPcache\pinned_atomic_increment("n"), OPcache\pinned_cache_info()->partition];';
echo json_encode($fpm->in('given', $look)), "\n";
$fpm->reload();
echo json_encode($fpm->in('given', $look)), "\n", file_get_contents("$out/said");
var_dump($fpm->said());
unset($fpm);
array_map('unlink', glob("$out/*"));
rmdir($out);
?>
--EXPECT--
[true,null,1,"fpm-fcgi:given"]
[true,null,1,"fpm-fcgi:given"]
["www-data",0,false,"unavailable: this process is not a worker of a PHP-FPM pool",false]
["www-data",0,false,"unavailable: this process is not a worker of a PHP-FPM pool",false]
array(0) {
}
