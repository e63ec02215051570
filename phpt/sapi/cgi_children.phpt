--TEST--
php-cgi with PHP_FCGI_CHILDREN: unavailable unless allowed, then all its children are one partition
--EXTENSIONS--
static_cache
--SKIPIF--
<?php
require __DIR__ . '/../helpers/binaries.inc';
if (!binary('php-cgi')) die('skip needs php-cgi');
?>
--FILE--
<?php
require __DIR__ . '/../helpers/fpm.inc';
$script = '<?php $i = OPcache\pinned_cache_info(); usleep(2000);
    echo json_encode([OPcache\pinned_atomic_increment("n"), $i->available, $i->shared_model, $i->failure_reason, getmypid()]);';
foreach ([0, 1] as $allowed) {
    $server = new FastCgi(
        $script,
        fn(int $port) => [binary('php-cgi'), '-b', "127.0.0.1:$port", ...settings(), '-d', "opcache.static_cache.allow_unsafe_runtime=$allowed"],
        ['PHP_FCGI_CHILDREN' => '2', 'PHP_FCGI_MAX_REQUESTS' => '50'],
    );
    $seen = [];
    $last = 0;
    until(function () use ($server, &$seen, &$last) {
        $connections = [$server->ask(''), $server->ask('')];
        foreach ($connections as $connection) {
            [$n, $available, $model, $reason, $pid] = json_decode($server->answer($connection));
            fclose($connection);
            $seen[$pid] = [$available, $model, $reason];
            $last = max($last, $n);
        }
        return count($seen) >= 2;
    }, 'answers of both children');
    echo json_encode(array_unique(array_values($seen), SORT_REGULAR)), "\n";
    var_dump($allowed ? $last >= 2 : $last === 0);
    unset($server);
}
?>
--EXPECT--
[[false,"none","unavailable in SAPI \"cgi-fcgi\" unless opcache.static_cache.allow_unsafe_runtime=1"]]
bool(true)
[[true,"process group",null]]
bool(true)
