--TEST--
Sockets that the master inherits, without and with daemonize
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
$count = 'return [OPcache\pinned_atomic_increment("n"), OPcache\pinned_cache_info()->partition, OPcache\pinned_cache_info()->failure_reason];';
foreach ([false, true] as $daemonize) {
    $listener = stream_socket_server('tcp://127.0.0.1:0');
    $stray = stream_socket_server('tcp://127.0.0.1:0');
    $address = stream_socket_get_name($listener, false);
    // A second listening socket that is no pool's at all comes along.
    $fpm = new Fpm(['given' => ['listen' => $address], 'own' => []], Fpm::EVALUATE, [
        'environment' => ['FPM_SOCKETS' => "$address=5"], 'descriptors' => [5 => $listener, 7 => $stray], 'daemonize' => $daemonize,
    ]);
    fclose($listener);
    foreach (['given', 'own', 'given', 'own'] as $pool) {
        echo json_encode($fpm->in($pool, $count)), "\n";
    }
    $fpm->reload();
    foreach (['given', 'own', 'given'] as $pool) {
        echo json_encode($fpm->in($pool, $count)), "\n";
    }
    var_dump($fpm->said());
    unset($fpm);
}
?>
--EXPECT--
[1,"fpm-fcgi:given",null]
[1,"fpm-fcgi:own",null]
[2,"fpm-fcgi:given",null]
[2,"fpm-fcgi:own",null]
[1,"fpm-fcgi:given",null]
[1,"fpm-fcgi:own",null]
[2,"fpm-fcgi:given",null]
array(0) {
}
[1,"fpm-fcgi:given",null]
[1,"fpm-fcgi:own",null]
[2,"fpm-fcgi:given",null]
[2,"fpm-fcgi:own",null]
[1,"fpm-fcgi:given",null]
[1,"fpm-fcgi:own",null]
[2,"fpm-fcgi:given",null]
array(0) {
}
