--TEST--
Two pools on one socket: whoever is first has the cache, the other has none
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
// FPM takes these for two addresses, and finds that they are one.
$fpm = new Fpm(
    ['first' => ['listen' => "127.0.0.1:$port"], 'second' => ['listen' => "127.1:$port"]],
    Fpm::EVALUATE,
    ['global' => ['log_level = notice']],
);
$seen = [];
until(function () use ($fpm, &$seen) {
    $connections = [];
    foreach ([1, 2, 3] as $_) {
        $connections[] = $fpm->ask('first', '', ['CODE' => 'usleep(3000); OPcache\pinned_atomic_increment("n"); $i = OPcache\pinned_cache_info();
            $v = OPcache\volatile_cache_info(); return [$i->partition, $i->available, $v->available, $i->failure_reason, $v->failure_reason];']);
    }
    foreach ($connections as $connection) {
        [$name, $pinned, $volatile, $reason, $other] = json_decode(Fpm::answer($connection));
        $seen[$name] = [$pinned, $volatile, $reason, $reason === $other];
    }
    return count($seen) === 2;
}, 'an answer of both pools');
ksort($seen);
var_dump(array_keys($seen) === ['fpm-fcgi:first', 'fpm-fcgi:second']);
usort($seen, fn($a, $b) => $b[0] <=> $a[0]);
echo json_encode($seen), "\n";
var_dump(count($fpm->said(1)), preg_match('/^static_cache: pool "(first|second)": unavailable: .* was first$/', $fpm->said()[0]));
// The socket stays the first one's, also when its worker is replaced.
$old = $fpm->workers();
foreach ($old as $worker) {
    $fpm->signal(SIGKILL, $worker);
}
until(fn() => !array_intersect($old, $fpm->workers()), 'the killed workers to go');
$names = [];
until(function () use ($fpm, &$names) {
    [$name, $available] = $fpm->in('first', 'usleep(3000); return [OPcache\pinned_cache_info()->partition, OPcache\pinned_cache_info()->available];');
    $names[$name] = $available;
    return count($names) === 2;
}, 'an answer of both new workers');
var_dump(count(array_filter($names)));
?>
--EXPECT--
bool(true)
[[true,true,null,true],[false,false,"unavailable: the worker pool cannot be told for certain: its listening socket is also that of another pool, which was first",true]]
int(1)
int(1)
int(1)
