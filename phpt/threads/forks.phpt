--TEST--
Threads that fork at the same time: each child keeps what its own thread had fetched, and reserves for itself
--EXTENSIONS--
static_cache
--SKIPIF--
<?php
require __DIR__ . '/../helpers/hosts.inc';
if ($why = without_threads()) die("skip $why");
if (!function_exists('pcntl_fork') || !function_exists('posix_kill')) die('skip needs pcntl and posix');
?>
--INI--
opcache.static_cache.volatile_size_mb=8
opcache.static_cache.pinned_size_mb=8
--FILE--
<?php
require __DIR__ . '/../helpers/hosts.inc';
$code = <<<'PHP'
    use function OPcache\{volatile_store, volatile_fetch, volatile_cache_info, pinned_atomic_increment, pinned_lock, pinned_fetch};

    $thread = Host\thread();
    $made = fn(int $round) => ['thread' => $thread, 'round' => $round, 'list' => range($thread, $thread + 300)];
    for ($round = 0; $round < 10; $round++) {
        volatile_store("v$thread", $made($round));
        $held = volatile_fetch("v$thread");
        pinned_lock("p$thread");
        Host\meet();
        $child = pcntl_fork();
        if ($child === 0) {
            // The one thread of a new process. Its parent's memory is reused meanwhile.
            for ($at = 0; $at < 50; $at++) {
                volatile_store("churn$thread", str_repeat(chr($at), 9000));
            }
            pinned_atomic_increment($held === $made($round) ? 'same' : 'different');
            if (pinned_lock("p$thread")) {
                pinned_atomic_increment('wrongly reserved');
            }
            pinned_lock("child of $thread") || pinned_atomic_increment('not reserved');
            posix_kill(getmypid(), SIGKILL);
        }
        volatile_store("v$thread", 'replaced');
        pcntl_waitpid($child, $status);
        $held === $made($round) || Host\add('bad', 1);
        pinned_lock("p$thread") || Host\add('lost', 1);
    }
    Host\meet();
    if ($thread === 0) {
        Host\add('same', pinned_fetch('same'));
        foreach (['different', 'wrongly reserved', 'not reserved'] as $key) {
            pinned_fetch($key) === null || Host\add($key, pinned_fetch($key));
        }
    }
    PHP;
foreach (['embed', 'frankenphp'] as $sapi) {
    echo "$sapi\n", threads($sapi, [$code], ['threads' => 8, 'requests' => 1]);
}
?>
--EXPECT--
embed
left descriptors: 0
left mappings: 0
requests: 8
same: 80
frankenphp
left descriptors: 0
left mappings: 0
requests: 8
same: 80
