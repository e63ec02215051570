--TEST--
PHP ends and starts again ten times in one process; threads come and go in between; nothing is left of the caches
--EXTENSIONS--
static_cache
--SKIPIF--
<?php
require __DIR__ . '/../helpers/hosts.inc';
if ($why = without_threads()) die("skip $why");
?>
--INI--
opcache.static_cache.volatile_size_mb=8
opcache.static_cache.pinned_size_mb=8
--FILE--
<?php
require __DIR__ . '/../helpers/hosts.inc';
$code = <<<'PHP'
    use function OPcache\{volatile_add, volatile_store, volatile_fetch, pinned_store, pinned_fetch, volatile_cache_info};

    $info = volatile_cache_info();
    if (!$info->available || $info->shared_model !== 'process') {
        Host\add('unavailable', 1);
    }
    // The first request of each cycle finds nothing of the cycle before.
    Host\add('cycles', (int) volatile_add('first', 1));
    $thread = Host\thread();
    volatile_store("v$thread", ['thread' => $thread, 'list' => range(1, 100), 'object' => new ArrayObject([$thread])]);
    pinned_store("p$thread", str_repeat("$thread ", 100));
    $volatile = volatile_fetch("v$thread");
    if ($volatile['object'][0] !== $thread || count($volatile['list']) !== 100 || pinned_fetch("p$thread") !== str_repeat("$thread ", 100)) {
        Host\add('bad', 1);
    }
    PHP;
foreach (['embed', 'frankenphp'] as $sapi) {
    echo "$sapi\n", threads($sapi, [$code], ['threads' => 16, 'requests' => 3, 'lives' => 4, 'cycles' => 10]);
}
?>
--EXPECT--
embed
cycles: 10
left descriptors: 0
left mappings: 0
requests: 1920
frankenphp
cycles: 10
left descriptors: 0
left mappings: 0
requests: 1920
