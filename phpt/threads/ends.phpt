--TEST--
Threads that end in every way: fatal errors, limits, exit, and without any end; what they held is free for the others
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
opcache.static_cache.lock_timeout_ms=60000
--FILE--
<?php
require __DIR__ . '/../helpers/hosts.inc';
// Thread 0 reserves a key, holds a value and ends somehow; the others, which wait for the key, get it one after the other.
$code = <<<'PHP'
    use function OPcache\{pinned_store, pinned_fetch, pinned_lock, pinned_remember, volatile_store, volatile_fetch, volatile_cache_info};

    $thread = Host\thread();
    if ($thread === 0) {
        volatile_store('held', range(1, 1000));
        $held = volatile_fetch('held');
        pinned_lock('wanted') || Host\add('not reserved', 1);
        pinned_lock('built') || Host\add('not reserved', 1);
    }
    Host\meet();
    if ($thread === 0) {
        END;
        throw new Error('came here');
    }
    pinned_store('wanted', $thread) || Host\add('still reserved', 1);
    // One of them builds.
    $built = pinned_remember('built', fn() => [Host\add('builders', 1), range(1, 50)]);
    count($built[1]) === 50 || Host\add('bad', 1);
    Host\add('others', 1);
    // What the first one held is held by nobody.
    if (Host\add('over', 1) === 7) {
        volatile_store('held', 1);
        // The kernel lets go of a thread's locks one after the other.
        for ($began = microtime(true); volatile_cache_info()->active_readers > 0 && microtime(true) < $began + 30;) {
            usleep(100);
        }
        Host\add('readers', volatile_cache_info()->active_readers);
    }
    PHP;
$ends = [
    'exit' => 'exit',
    'fatal error' => 'error_reporting(0); undefined_function()',
    'E_USER_ERROR' => 'error_reporting(0); @trigger_error("", 256)',
    'memory limit' => 'error_reporting(0); $all = ""; while (true) $all .= random_bytes(1000000)',
    'time limit' => 'error_reporting(0); set_time_limit(1); while (true) { pinned_fetch("wanted"); }',
    'no end' => 'Host\vanish()',
];
foreach ($ends as $name => $end) {
    echo "$name: ", strtr(trim(threads('frankenphp', [str_replace('END', $end, $code)], ['requests' => 1])), "\n", ' '), "\n";
}
?>
--EXPECT--
exit: builders: 1 left descriptors: 0 left mappings: 0 others: 7 over: 7 readers: 0 requests: 8
fatal error: builders: 1 left descriptors: 0 left mappings: 0 others: 7 over: 7 readers: 0 requests: 8
E_USER_ERROR: builders: 1 left descriptors: 0 left mappings: 0 others: 7 over: 7 readers: 0 requests: 8
memory limit: builders: 1 left descriptors: 0 left mappings: 0 others: 7 over: 7 readers: 0 requests: 8
time limit: builders: 1 left descriptors: 0 left mappings: 0 others: 7 over: 7 readers: 0 requests: 8
no end: builders: 1 left descriptors: 2 left mappings: 4 others: 7 over: 7 readers: 0 requests: 7
