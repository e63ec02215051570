--TEST--
More threads than reader slots: nothing is lost, all is visible, and slots with pin lists are used as they get free
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
opcache.static_cache.readers=1
memory_limit=16M
--FILE--
<?php
require __DIR__ . '/../helpers/hosts.inc';
// With one reader there are 1,024 slots, one of which has a pin list.
$code = <<<'PHP'
    use function OPcache\{volatile_add, volatile_store, volatile_fetch, volatile_lock, volatile_cache_info};

    if (Host\thread() === 0) {
        volatile_add('v', range(1, 2000));
    }
    Host\meet();
    $held = volatile_fetch('v');
    Host\meet();
    if (Host\thread() === 0) {
        $info = volatile_cache_info();
        Host\add('readers', $info->active_readers);
        Host\add('without pin list', $info->overflow_readers);
        for ($at = 0; $at < 100; $at++) {
            volatile_store('v', str_repeat('x', 30_000));
        }
        volatile_store('v', range(1, 2000));
    }
    Host\meet();
    $held === range(1, 2000) || Host\add('bad', 1);
    // Without a slot there is no reservation.
    volatile_lock('own' . Host\thread()) || Host\add('some without reservation', 0);
    Host\meet();
    PHP;
echo threads('frankenphp', [$code], ['threads' => 1030, 'requests' => 2]);
// Whoever had to do without a pin list gets one in a later request, when there is one: here because the thread that came
// first is gone.
$code = <<<'PHP'
    use function OPcache\{volatile_add, volatile_fetch, volatile_cache_info, pinned_lock, pinned_store};

    $thread = Host\thread();
    if (Host\add("requests of $thread", 1) === 1) {
        if ($thread === 0) {
            pinned_lock('first');
            volatile_add('v', range(1, 2000));
            $held = volatile_fetch('v');
        }
        Host\meet();
        $held = volatile_fetch('v');
        Host\meet();
        if ($thread === 0) {
            $info = volatile_cache_info();
            Host\add("first: $info->active_readers, $info->overflow_readers", 1);
        }
        Host\meet();
        $thread === 0 && Host\vanish();
    } elseif ($thread === 2) {
        // Waits for the first thread's end, and for that of the second one's request.
        pinned_store('first', 1);
        do {
            $info = volatile_cache_info();
        } while ($info->active_readers > 0);
        $held = volatile_fetch('v');
        $info = volatile_cache_info();
        Host\add("later: $info->active_readers, $info->overflow_readers", 1);
    }
    PHP;
echo threads('frankenphp', [$code], ['threads' => 3, 'requests' => 2]);
?>
--EXPECT--
left descriptors: 0
left mappings: 0
readers: 2060
requests: 2060
some without reservation: 0
without pin list: 2058
first: 3, 2: 1
later: 1, 0: 1
left descriptors: 2
left mappings: 4
requests: 4
requests of 0: 1
requests of 1: 2
requests of 2: 2
