--TEST--
Leases between processes: they outlive an exit, not a kill, and whoever waits goes on when they run out
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
require __DIR__ . '/../helpers/compare.inc';

foreach (['volatile', 'pinned'] as $backend) {
    $call = fn(string $name, mixed ...$arguments) => of($backend, $name)(...$arguments);
    $ended = new Child(fn() => $call('lock', 'ended', 1000) ?: exit(1));
    echo $ended->join(), "\n";
    var_dump($call('lock', 'ended'), $call('unlock', 'ended'), $call('delete', 'ended'), $call('lock', 'ended'));

    $killed = new Child(function (Child $parent) use ($call) {
        $call('lock', 'killed', 1000);
        $parent->tell('locked');
        $parent->hear();
    });
    $killed->hear();
    var_dump($call('lock', 'killed'));
    $killed->kill();
    var_dump($call('lock', 'killed'));

    $short = new Child(fn() => $call('lock', 'short', 1) ?: exit(1));
    $short->join();
    $stored = $call('store', 'short', 'after it ran out');
    var_dump($stored, $call('fetch', 'short'), $call('lock', 'short'));
}
?>
--EXPECT--
exit 0
bool(false)
bool(false)
bool(true)
bool(true)
bool(false)
bool(true)
bool(true)
string(16) "after it ran out"
bool(true)
exit 0
bool(false)
bool(false)
bool(true)
bool(true)
bool(false)
bool(true)
bool(true)
string(16) "after it ran out"
bool(true)
