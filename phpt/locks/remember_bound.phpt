--TEST--
Who has waited for a builder long enough builds for itself and stores nothing; failing builders do not add up
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
opcache.static_cache.lock_timeout_ms=100
--FILE--
<?php
require __DIR__ . '/../helpers/child.inc';
require __DIR__ . '/../helpers/compare.inc';

foreach (['volatile', 'pinned'] as $backend) {
    $builder = new Child(function (Child $parent) use ($backend) {
        of($backend, 'remember')('k', function () use ($parent) {
            $parent->tell('building');
            $parent->hear();
            return 'theirs';
        });
        $parent->tell('stored');
    });
    $builder->hear();
    var_dump(of($backend, 'remember')('k', fn() => 'ours'), of($backend, 'exists')('k'));
    // Also where errors throw: waiting in vain for a builder is none.
    var_dump(of($backend, 'remember')('k', fn() => 'ours again', throw_on_error: true), of($backend, 'exists')('k'));
    $builder->tell('end');
    $builder->hear();
    var_dump(of($backend, 'fetch')('k'));
    $builder->join();
}

// Many builders fail one after the other, each within the bound. Whoever waits does so for no more than one bound in all:
// it cannot meet more failures than fit into that, and the next turn may be its own.
OPcache\pinned_clear();
$failing = [];
for ($at = 0; $at < 6; $at++) {
    $failing[] = new Child(function (Child $parent) {
        $parent->hear();
        try {
            OPcache\volatile_remember('failing', function () {
                OPcache\pinned_atomic_increment('failures');
                if (OPcache\pinned_atomic_increment('building') > 1) {
                    OPcache\pinned_store('side by side', true);
                }
                usleep(60_000);
                OPcache\pinned_atomic_decrement('building');
                throw new LogicException();
            });
        } catch (LogicException) {
        }
    });
}
foreach ($failing as $child) {
    $child->tell('go');
}
foreach ($failing as $child) {
    $child->join();
}
// Two fit into the bound one after the other; then the rest builds side by side.
var_dump(OPcache\pinned_fetch('failures'), OPcache\pinned_fetch('side by side'), OPcache\volatile_lock('failing'));
?>
--EXPECT--
string(4) "ours"
bool(false)
string(10) "ours again"
bool(false)
string(6) "theirs"
string(4) "ours"
bool(false)
string(10) "ours again"
bool(false)
string(6) "theirs"
int(6)
bool(true)
bool(true)
