--TEST--
Reservations between processes: waiting, bound, death, inheritance
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
opcache.static_cache.lock_timeout_ms=50
--FILE--
<?php
require __DIR__ . '/../helpers/child.inc';
use function OPcache\{pinned_lock, pinned_unlock, pinned_store, pinned_fetch, pinned_atomic_increment};

$holder = new Child(function (Child $parent) {
    var_dump(pinned_lock('k'));
    $parent->tell('locked');
    $parent->hear();
    pinned_store('k', 'from the holder');
    $parent->tell('stored');
    $parent->hear();
});
$holder->hear();
var_dump(pinned_lock('k'), pinned_unlock('k'), pinned_store('k', 'ours'), pinned_atomic_increment('k'));
try {
    pinned_store('k', 'ours', true);
} catch (OPcache\StaticCacheException $e) {
    echo $e->getMessage(), "\n";
}
var_dump(pinned_store('another', 1));
$holder->tell('go on');
$holder->hear();
var_dump(pinned_fetch('k'), pinned_store('k', 'ours'));
$holder->tell('end');
$holder->join();

echo "killed holder\n";
$holder = new Child(function (Child $parent) {
    pinned_lock('dead');
    $parent->tell('locked');
    $parent->hear();
});
$holder->hear();
var_dump(pinned_lock('dead'));
$holder->kill();
var_dump(pinned_lock('dead'));

echo "forked child\n";
$child = new Child(function (Child $parent) {
    var_dump(pinned_lock('dead'), pinned_unlock('dead'));
});
$child->join();
$other = new Child(function () {
    var_dump(pinned_lock('dead'));
});
$other->join();
var_dump(pinned_unlock('dead'));
?>
--EXPECT--
bool(true)
bool(false)
bool(false)
bool(false)
bool(false)
pinned cache: key "k" is reserved by another request (waited 50 ms, opcache.static_cache.lock_timeout_ms)
bool(true)
string(15) "from the holder"
bool(true)
killed holder
bool(false)
bool(true)
forked child
bool(false)
bool(false)
bool(false)
bool(true)
