--TEST--
A worker that is told to end when it has accepted its first connection serves it without a cache, and says why
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
$script = '<?php $i = OPcache\pinned_cache_info(); echo json_encode([OPcache\pinned_store("k", getmypid()), $i->available, $i->failure_reason, getmypid()]);';
foreach (['SIGQUIT' => 'worker', 'SIGUSR2' => 'master'] as $signal => $to) {
    $fpm = new Fpm(['p' => []], $script, ['global' => ['process_control_timeout = 60s']]);
    [$worker] = until(fn() => $fpm->workers(), 'the worker');
    $open = fn() => array_map(fn($fd) => @readlink("/proc/$worker/fd/$fd"), listed("/proc/$worker/fd"));
    // A worker has a title before it accepts.
    until(fn() => str_contains((string) @file_get_contents("/proc/$worker/cmdline"), 'pool p'), 'the title');
    $before = $open();
    $request = fopen('php://memory', 'w+');
    fastcgi_send($request, fastcgi_variables($fpm->script, ''));
    rewind($request);
    $connection = stream_socket_client("unix://{$fpm->pools['p']}");
    fwrite($connection, stream_get_contents($request, 16));
    // What it has open for a moment when it starts may be among the others.
    until(fn() => preg_grep('/^socket:/', array_diff($open(), $before)), 'the connection');
    $accepted = $open();
    $fpm->signal(constant($signal), $to === 'worker' ? $worker : null);
    until(fn() => $open() != $accepted, 'the signal');
    fwrite($connection, stream_get_contents($request));
    [$stored, $available, $reason, $pid] = json_decode(Fpm::answer($connection));
    echo json_encode([$stored, $available, $reason, $pid === $worker]), "\n";
    // The next one knows its pool.
    [$stored, $available, $reason, $pid] = $fpm->json('p');
    echo json_encode([$stored, $available, $reason, $pid === $worker]), "\n";
    var_dump($fpm->said());
}
?>
--EXPECT--
[false,false,"unavailable: this worker was told to end (a reload, SIGQUIT) before its first request, and has closed the listening socket that tells its pool",true]
[true,true,null,false]
array(0) {
}
[false,false,"unavailable: this worker was told to end (a reload, SIGQUIT) before its first request, and has closed the listening socket that tells its pool",true]
[true,true,null,false]
array(0) {
}
