--TEST--
Workers: one request per thread that serves job after job keeps what it holds, and nothing else
--EXTENSIONS--
static_cache
--SKIPIF--
<?php
require __DIR__ . '/../helpers/hosts.inc';
if ($why = without_threads()) die("skip $why");
?>
--INI--
opcache.static_cache.volatile_size_mb=16
opcache.static_cache.pinned_size_mb=16
--FILE--
<?php
require __DIR__ . '/../helpers/hosts.inc';
$code = <<<'PHP'
    use function OPcache\{volatile_store, volatile_fetch, volatile_cache_info, pinned_store, pinned_fetch, pinned_cache_info, static_quiesce};

    function made(int $job): array
    {
        return ['job' => $job, 'list' => range($job % 100, $job % 100 + 50), 'text' => str_repeat("$job ", 200), 'object' => new ArrayObject([$job])];
    }
    function serve(int $job): void
    {
        $thread = Host\thread();
        // Each job has a version of its own, fetched and replaced by the next.
        pinned_store("routes $thread", made($job)) || Host\add('no room', 1);
        $value = pinned_fetch("routes $thread");
        $value == made($job) || Host\add('bad', 1);
        // And what others do: it may be any version.
        $other = 'shared ' . $job % 10;
        $value = volatile_fetch($other);
        $value === null || $value == made($value['job']) || Host\add('bad', 1);
        $job % 3 === 0 && volatile_store($other, made($job));
    }
    $thread = Host\thread();
    // The first one holds a value for as long as it lives.
    pinned_store("held $thread", made(7)) || Host\add('no room', 1);
    $held = pinned_fetch("held $thread");
    pinned_store("held $thread", null);
    serve(1);
    $memory = memory_get_usage();
    Host\meet();
    // Threads with even numbers say when a job is over, the others do not. Several times the memory goes by.
    while ($job = Host\job()) {
        serve($job);
        if ($thread % 2 === 0) {
            static_quiesce();
        }
    }
    memory_get_usage() - $memory < 1_000_000 || Host\add('memory grew', 1);
    $held == made(7) || Host\add('bad', 1);
    Host\meet();
    // Now they are all at rest; each gives back what it can. Each holds one value of about 3 KB, and in places that are not used
    // again there may be traces of a few others.
    for ($began = microtime(true); pinned_cache_info()->retired_memory > 4 * 150_000; ) {
        static_quiesce();
        if (microtime(true) > $began + 30) {
            Host\add('retired: ' . pinned_cache_info()->retired_memory, 1);
            break;
        }
    }
    pinned_cache_info()->store_failures === 0 || Host\add('failures', 1);
    Host\meet();
    $held == made(7) || Host\add('bad', 1);
    Host\meet();
    PHP;
foreach (['embed', 'frankenphp'] as $sapi) {
    echo "$sapi\n", threads($sapi, [$code], ['threads' => 4, 'requests' => 1, 'jobs' => 20_000]);
}
?>
--EXPECT--
embed
left descriptors: 0
left mappings: 0
requests: 4
frankenphp
left descriptors: 0
left mappings: 0
requests: 4
