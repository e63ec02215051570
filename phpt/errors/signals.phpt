--TEST--
Signal handlers may call the cache, throw and exit in the middle of whatever the script does with it
--EXTENSIONS--
static_cache
--SKIPIF--
<?php
if (!function_exists('pcntl_fork')) die('skip needs pcntl');
if (!function_exists('posix_kill')) die('skip needs posix');
?>
--INI--
opcache.static_cache.volatile_size_mb=8
opcache.static_cache.pinned_size_mb=8
opcache.static_cache.lock_timeout_ms=60000
--FILE--
<?php
require __DIR__ . '/../helpers/child.inc';
require __DIR__ . '/../helpers/clean.inc';

$value = ['list' => range(1, 100)];
$value['self'] = &$value;
$child = new Child(function (Child $parent) use ($value) {
    pcntl_async_signals(true);
    $handled = 0;
    pcntl_signal(SIGUSR1, function () use (&$handled, $parent, $value) {
        OPcache\pinned_atomic_increment('handled');
        OPcache\volatile_store('from the handler', $value);
        OPcache\volatile_fetch('k');
        OPcache\volatile_remember('built', fn() => OPcache\volatile_keys());
        if (++$handled % 3 === 0) {
            // PHP forgets signals that arrive until this is caught.
            throw new LogicException('from the handler');
        }
        $parent->tell('handled');
    });
    pcntl_signal(SIGUSR2, fn() => exit(7));
    $word = 'ready';
    $at = 0;
    for (;;) {
        try {
            // Also between two rounds, a signal's exception is caught.
            for (;; $at++) {
                if ($word) {
                    // Here, where the next signal's exception is caught as well.
                    [$say, $word] = [$word, null];
                    $parent->tell($say);
                }
                OPcache\volatile_store('k', $value);
                // What is fetched is a cycle, and there for as long as the collector has not come: where that fills the cache, it is a miss.
                (OPcache\volatile_fetch('k')['list'][99] ?? 100) === 100 || exit(1);
                OPcache\volatile_remember("built$at", function () use ($at) {
                    OPcache\volatile_lock('reserved');
                    // PHP 8.4's function JIT may execute an operation of a loop again after a signal, without the cache as well.
                    $all = [];
                    for ($count = 0; $count < 100; $count++) {
                        $all[$count] = $count;
                    }
                    return $all;
                });
                OPcache\volatile_fetch_array(['k', "built$at", 'none']);
                OPcache\volatile_delete('built');
                OPcache\volatile_unlock('reserved');
            }
        } catch (LogicException $e) {
            $e->getMessage() === 'from the handler' || exit(2);
            $word = 'handled';
        }
    }
});
$child->hear();
for ($signals = 0; $signals < 300; $signals++) {
    posix_kill($child->pid(), SIGUSR1);
    $child->hear();
}
var_dump(OPcache\pinned_fetch('handled'));
OPcache\pinned_delete('handled');
OPcache\static_quiesce();
echo $child->kill(SIGUSR2), "\n";
var_dump(left_behind(['k', 'built', 'reserved', 'built0', 'built1']));

// While it waits for a reservation: the wait goes on, and the handler runs after it.
OPcache\pinned_lock('k');
$child = new Child(function (Child $parent) {
    pcntl_async_signals(true);
    pcntl_signal(SIGUSR1, fn() => OPcache\pinned_atomic_increment('handled'));
    $parent->tell(json_encode(OPcache\pinned_store('k', 'waited')));
    $parent->tell(json_encode(OPcache\pinned_fetch('handled') > 0));
});
$child->awaitSleep();
for ($signals = 0; $signals < 20; $signals++) {
    posix_kill($child->pid(), SIGUSR1);
    $child->awaitSleep();
}
var_dump(OPcache\pinned_fetch('handled'), OPcache\pinned_unlock('k'));
var_dump($child->hear(), $child->hear(), $child->join());
OPcache\pinned_clear();
OPcache\static_quiesce();
var_dump(left_behind(['k']));
?>
--EXPECT--
int(300)
exit 7
array(0) {
}
NULL
bool(true)
string(4) "true"
string(4) "true"
string(6) "exit 0"
array(0) {
}
