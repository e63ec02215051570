--TEST--
pm.status_listen is a pool of its own
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
$probe = stream_socket_server('tcp://127.0.0.1:0');
$port = (int) substr(strrchr(stream_socket_get_name($probe, false), ':'), 1);
fclose($probe);
$fpm = new Fpm(['www' => ['pm.status_path' => '/status', 'pm.status_listen' => "127.0.0.1:$port"]], Fpm::EVALUATE);
$code = 'OPcache\pinned_atomic_increment("n"); $i = OPcache\pinned_cache_info(); return [OPcache\pinned_fetch("n"), $i->partition, $i->available, $i->failure_reason];';
foreach (['www', "127.0.0.1:$port", 'www', "127.0.0.1:$port"] as $pool) {
    echo json_encode($fpm->in($pool, $code)), "\n";
}
var_dump(str_contains($fpm->get("127.0.0.1:$port", '', ['SCRIPT_NAME' => '/status', 'SCRIPT_FILENAME' => '/status']), 'pool:                 www'), $fpm->said());
?>
--EXPECT--
[1,"fpm-fcgi:www",true,null]
[1,"fpm-fcgi:www_status",true,null]
[2,"fpm-fcgi:www",true,null]
[2,"fpm-fcgi:www_status",true,null]
bool(true)
array(0) {
}
