--TEST--
Signals and time limits hit threads that wait for reservations, hold values, and store
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
// All want the same key, hold it for a moment, and count; a signal interrupts somebody 5,000 times a second.
$code = <<<'PHP'
    use function OPcache\{volatile_fetch, volatile_store, pinned_atomic_increment, pinned_lock, pinned_store, pinned_fetch, pinned_unlock};

    for ($at = 0; $at < 30; $at++) {
        // Waits for whoever has it.
        pinned_store('turn', Host\thread()) || Host\add('failed', 1);
        if (pinned_lock('turn')) {
            $now = pinned_fetch('turn');
            $held = volatile_fetch('list');
            usleep(100);
            volatile_store('list', range(1, 1 + $at));
            pinned_fetch('turn') === $now || Host\add('changed under a reservation', 1);
            $held === null || $held === range(1, count($held)) || Host\add('bad', 1);
            pinned_unlock('turn') || Host\add('lost', 1);
        }
        pinned_atomic_increment('count');
    }
    if (Host\add('over', 1) === 80) {
        Host\add('count', pinned_fetch('count'));
    }
    PHP;
echo threads('frankenphp', [$code], ['noise' => 1]);
// A limit that ends requests in the middle of whatever they do: the next request of the thread finds all in order.
$code = <<<'PHP'
    use function OPcache\{volatile_store, volatile_fetch, volatile_clear, pinned_lock, pinned_store};

    error_reporting(0);
    set_time_limit(1);
    pinned_lock('mine ' . Host\thread()) || Host\add('still reserved', 1);
    for ($at = 0; true; $at++) {
        $key = 'k' . $at % 10;
        volatile_store($key, [$key, range(1, $at % 200), new ArrayObject([$key])]);
        $value = volatile_fetch($key);
        $value === null || $value[0] === $key && $value[2][0] === $key || Host\add('bad', 1);
    }
    PHP;
echo threads('frankenphp', [$code], ['threads' => 4, 'requests' => 2, 'noise' => 1]);
?>
--EXPECT--
count: 2400
left descriptors: 0
left mappings: 0
over: 80
requests: 80
left descriptors: 0
left mappings: 0
requests: 8
