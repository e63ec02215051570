--TEST--
Calls through functions of the engine keep what they use, and nothing once they have returned
--EXTENSIONS--
static_cache
--SKIPIF--
<?php
if (!function_exists('pcntl_fork')) die('skip needs pcntl');
if (getenv('STATIC_CACHE_VALGRIND')) die('skip valgrind gives threads other stacks');
?>
--INI--
opcache.static_cache.volatile_size_mb=0
opcache.static_cache.pinned_size_mb=16
--FILE--
<?php
require __DIR__ . '/../helpers/child.inc';
use OPcache as C;

const COUNT = 300;
function value(int $at): array
{
    return range($at, $at + 500);
}
function store_all(int $by): void
{
    for ($at = 0; $at < COUNT; $at++) {
        C\pinned_store("key $at", value($at + $by));
    }
}
/** Each level has a value, and what the engine does in between is on the C stack. */
function go_down(array $all, callable $at_end): int
{
    [$at] = $all;
    $value = C\pinned_fetch("key $at");
    $at ? array_map('go_down', [[$at - 1]], [$at_end]) : $at_end();
    if ($value !== value($at)) {
        echo "$at: another value\n";
    }
    return count($value);
}
function kept(): int
{
    C\static_quiesce();
    return (int) round(C\pinned_cache_info()->retired_memory / (C\pinned_cache_info()->used_memory / COUNT));
}
function is_kept(int $least, int $most): string
{
    $kept = kept();
    return $kept >= $least && $kept <= $most ? 'as expected' : "$kept kept";
}
// Each searches for the first time.
$jobs = [
    'over' => function () {
        go_down([COUNT - 1], fn() => 0);
        store_all(1000);
        return is_kept(0, 30);
    },
    'over, in a fiber' => function () {
        $fiber = new Fiber(function () {
            go_down([COUNT - 1], fn() => 0);
            store_all(1000);
            return is_kept(0, 30);
        });
        $fiber->start();
        return $fiber->getReturn();
    },
    'over, in a fiber that waits' => function () {
        $fiber = new Fiber(fn() => Fiber::suspend(go_down([COUNT - 1], fn() => 0)));
        $fiber->start();
        store_all(1000);
        return is_kept(0, 30);
    },
    'over, outside of the fiber' => function () {
        go_down([COUNT - 1], fn() => 0);
        $fiber = new Fiber(function () {
            store_all(1000);
            return is_kept(0, 30);
        });
        $fiber->start();
        return $fiber->getReturn();
    },
    'under way' => function () {
        $found = '';
        go_down([COUNT - 1], function () use (&$found) {
            store_all(1000);
            $found = is_kept(COUNT, COUNT);
            for ($at = 0; $at < 1000; $at++) {
                C\pinned_store('filler ' . $at % 300, array_fill(0, 501, -1));
            }
        });
        return $found;
    },
];
foreach ($jobs as $name => $job) {
    $child = new Child(function (Child $parent) use ($job) {
        store_all(0);
        $parent->tell($job());
    });
    echo $name, ': ', $child->hear(), "\n";
    $child->join();
}
?>
--EXPECT--
over: as expected
over, in a fiber: as expected
over, in a fiber that waits: as expected
over, outside of the fiber: as expected
under way: as expected
