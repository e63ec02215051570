--TEST--
A storm of threads that start and end: slots and reservations go with them
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
opcache.static_cache.readers=4
--FILE--
<?php
require __DIR__ . '/../helpers/hosts.inc';
// Every thread is a reader and holds a reservation until its only request ends; 16 at a time, 100 times.
$code = <<<'PHP'
    use function OPcache\{volatile_store, volatile_fetch, volatile_lock, volatile_cache_info};

    $thread = Host\thread();
    if (!volatile_lock("own $thread")) {
        Host\add('still reserved', 1);
    }
    volatile_store('shared', ['from' => $thread, 'list' => range(0, $thread)]);
    $held = volatile_fetch('shared');
    Host\meet();
    // All of them hold something now, and nobody else does.
    $info = volatile_cache_info();
    if ($info->active_readers !== 16 || $info->overflow_readers !== 12) {
        Host\add("readers $info->active_readers $info->overflow_readers", 1);
    }
    Host\meet();
    volatile_store('shared', str_repeat('x', 5000));
    if (count($held['list']) !== $held['from'] + 1) {
        Host\add('bad', 1);
    }
    PHP;
echo threads('frankenphp', [$code], ['threads' => 16, 'requests' => 1, 'lives' => 100]);
?>
--EXPECT--
left descriptors: 0
left mappings: 0
requests: 1600
