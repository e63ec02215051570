--TEST--
Resetting and clearing while others read: no crash, no wrong byte, no answer but 200
--EXTENSIONS--
static_cache
--SKIPIF--
<?php
require __DIR__ . '/../helpers/nginx.inc';
if ($why = without_fpm()) die("skip $why");
if (!Nginx::binary() || !is_executable('/usr/bin/ab')) die('skip needs nginx and ab');
?>
--INI--
opcache.static_cache.volatile_size_mb=8
opcache.static_cache.pinned_size_mb=8
--FILE--
<?php
// STATIC_CACHE_RACE says how many requests; 200000 is the long version.
require __DIR__ . '/../helpers/nginx.inc';
// OPcache's own restart under load costs PHP workers, about one in 250 resets, also without this extension: requests that are
// ending read the path of a script whose memory another request is already using again. So with OPcache there are two runs: the
// scripts cached, and clearing in the place of resetting; and resetting, with scripts that OPcache leaves alone.
$requests = (int) (getenv('STATIC_CACHE_RACE') ?: 20000);
$opcache = (bool) ini_get('opcache.enable_cli');
$script = <<<'PHP'
    <?php
    function table(int $seed): array
    {
        for ($i = 0; $i < 60; $i++) {
            $table["/route/$seed/$i"] = ['methods' => ['GET', "M$seed"], 'n' => $seed * $i, 'deep' => [[$seed, "text-$seed-$i"]]];
        }
        return [$seed, $table, sha1(serialize($table))];
    }
    function check(array $fetched, string $where): void
    {
        if ($fetched[2] !== sha1(serialize($fetched[1])) || !isset($fetched[1]["/route/$fetched[0]/59"])) {
            http_response_code(500);
            exit("wrong bytes $where");
        }
    }
    $n = OPcache\volatile_fetch('n', 0);
    $key = 't' . random_int(0, 7);
    $held = [];
    foreach (['volatile', 'pinned'] as $backend) {
        $table = ("OPcache\\{$backend}_fetch")($key);
        if ($table === null) {
            $table = table(random_int(1, 1000));
            ("OPcache\\{$backend}_store")($key, $table);
            $table = ("OPcache\\{$backend}_fetch")($key) ?? $table;
        }
        check($table, 'when fetched');
        $held[] = $table;
    }
    if (random_int(1, 50) === 1) {
        match (random_int(0, 3)) {
            0 => RESET,
            1 => OPcache\volatile_clear(),
            2 => OPcache\pinned_clear(),
            3 => OPcache\volatile_delete_prefix('t'),
        };
        OPcache\pinned_atomic_increment('resets');
    }
    // Others fill the memory again that was given up.
    ("OPcache\\volatile_store")('t' . random_int(0, 7), table(random_int(1, 1000)));
    foreach ($held as $table) {
        check($table, 'while held');
    }
    if ('RUN' === 'reset' && ini_get('opcache.enable_cli') && opcache_is_script_cached(__FILE__)) {
        exit('cached');
    }
    echo 'fine';
    PHP;
$left_alone = tempnam(sys_get_temp_dir(), 'static-cache-list-');
file_put_contents($left_alone, sys_get_temp_dir() . "/static-cache-test-\n");
chmod($left_alone, 0644);
foreach ($opcache ? ['clear', 'reset'] : ['reset'] as $run) {
    $reset = $run === 'reset' ? 'opcache_reset()' : '[OPcache\volatile_clear(), OPcache\pinned_clear()]';
    $code = strtr($script, ['RUN' => $run, 'RESET' => $reset]);
    $arguments = $opcache && $run === 'reset' ? ['-d', "opcache.blacklist_filename=$left_alone"] : [];
    storm($run, $code, $arguments, $opcache ? intdiv($requests, 2) : $requests);
}
unlink($left_alone);

function storm(string $run, string $code, array $arguments, int $requests): void
{
    $pools = ['www' => ['pm.max_children' => '8', 'listen.backlog' => '1024']];
    $fpm = new Fpm($pools, $code, ['arguments' => $arguments]);
    $nginx = new Nginx(['/' => [$fpm->pools['www'], $fpm->script]]);
    exec("ab -q -k -c 24 -n $requests http://$nginx->address/ 2>&1", $lines, $status);
    $said = implode("\n", $lines);
    $fine = $status === 0 && preg_match("/^Complete requests:\s+$requests$/m", $said) && preg_match('/^Failed requests:\s+0$/m', $said) && !str_contains($said, 'Non-2xx');
    $crashed = preg_match('/exited on signal|exited with code/', $fpm->log());
    if ($fine && !$crashed) {
        return;
    }
    echo "$run:\n";
    var_dump($fine, $crashed);
    echo $said, "\n", $fpm->log(), $nginx->log();
}
echo "done\n";
?>
--EXPECT--
done
