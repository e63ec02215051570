--TEST--
After a builder that failed, one of those who waited builds, however close the others follow
--EXTENSIONS--
static_cache
--SKIPIF--
<?php
if (!function_exists('pcntl_fork')) die('skip needs pcntl');
if (!is_readable('/proc/self/syscall')) die('skip needs /proc/self/syscall');
?>
--INI--
opcache.static_cache.volatile_size_mb=8
opcache.static_cache.pinned_size_mb=8
opcache.static_cache.lock_timeout_ms=60000
--FILE--
<?php
require __DIR__ . '/../helpers/child.inc';
require __DIR__ . '/../helpers/compare.inc';

// All wake up at once. Who finds nothing, and reserves only after another one has built, stored and released, must look
// again. It takes some rounds until that happens.
$extra = 0;
for ($round = 0; $round < 120; $round++) {
    $backend = $round % 2 ? 'volatile' : 'pinned';
    of($backend, 'clear')();
    of($backend === 'volatile' ? 'pinned' : 'volatile', 'delete')('k');
    OPcache\pinned_store('built', 0);
    $first = new Child(function (Child $parent) use ($backend) {
        try {
            of($backend, 'remember')('k', function () use ($parent) {
                $parent->tell('building');
                $parent->hear();
                return fn() => 'cannot be stored';
            });
        } catch (TypeError) {
        }
    });
    $first->hear();
    $others = [];
    for ($at = 0; $at < 4; $at++) {
        $others[] = new Child(function (Child $parent) use ($backend) {
            $build = function () {
                OPcache\pinned_atomic_increment('built');
                return 'built by another';
            };
            $parent->tell(of($backend, 'remember')('k', $build));
        });
    }
    foreach ($others as $other) {
        $other->awaitSleep();
    }
    $first->tell('end');
    foreach ([...$others, $first] as $child) {
        if ($child !== $first && $child->hear() !== 'built by another') {
            echo "round $round: another value\n";
        }
        $child->join();
    }
    $extra += OPcache\pinned_fetch('built') - 1;
}
echo "$extra built for nothing\n";
?>
--EXPECT--
0 built for nothing
