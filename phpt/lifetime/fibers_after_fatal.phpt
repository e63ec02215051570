--TEST--
A search after a fatal error does not look at stacks of fibers that were let go of without having been ended
--EXTENSIONS--
static_cache
--INI--
opcache.static_cache.volatile_size_mb=0
opcache.static_cache.pinned_size_mb=16
--FILE--
<?php
use OPcache as C;

$fibers = [];
for ($at = 0; $at < 20; $at++) {
    C\pinned_store('key', range($at, $at + 400));
    $fibers[] = $fiber = new Fiber(function () {
        $value = C\pinned_fetch('key');
        Fiber::suspend();
        return $value;
    });
    $fiber->start();
}
unset($fiber);
register_shutdown_function(function () use (&$fibers) {
    $fibers = [];
    // Where they were: all words look like numbers of states, and like addresses where nothing is.
    foreach ([320, 384, 448, 512, 640] as $size) {
        for ($at = 0; $at < 400; $at++) {
            $strings[] = pack('V*', ...array_fill(0, intdiv($size - 32, 4), 2));
        }
    }
    C\pinned_store('key', range(1, 401));
    $value = C\pinned_fetch('key');
    C\pinned_store('key', range(2, 402));
    C\static_quiesce();
    var_dump($value === range(1, 401));
});
error_reporting(E_ALL & ~E_DEPRECATED);
trigger_error('the end', E_USER_ERROR);
?>
--EXPECTF--
Fatal error: the end in %s on line %d
bool(true)
