--TEST--
Stacks of suspended fibers keep what their frames use, and nothing that frames which are over have used
--EXTENSIONS--
static_cache
--SKIPIF--
<?php if (getenv('STATIC_CACHE_VALGRIND')) die('skip valgrind runs with another allocator'); ?>
--INI--
opcache.static_cache.volatile_size_mb=0
opcache.static_cache.pinned_size_mb=16
--FILE--
<?php
use OPcache as C;

const COUNT = 60;
function value(int $at): array
{
    return range($at, $at + 1000);
}
function store_all(int $by): void
{
    for ($at = 0; $at < COUNT; $at++) {
        C\pinned_store("key $at", value($at + $by));
    }
}
/** Each frame uses another value. */
function look(int $at): int
{
    $value = C\pinned_fetch("key $at");
    $count = count($value);
    return $at ? $count + look($at - 1) : $count;
}
/** Not where later frames are. */
function look_deep(int $depth): int
{
    return $depth ? look_deep($depth - 1) + 1 : look(COUNT - 1);
}
function check(string $where, array $value): void
{
    if ($value !== value($value[0])) {
        echo "$where: another value\n";
    }
}
function both(array $one, ?string $where, array $other): void
{
    check("$where, as the first argument", $one);
    check("$where, as the last", $other);
}
function in_use(): array
{
    $fibers = [
        'in a variable' => function () {
            $value = C\pinned_fetch('key 1');
            $where = Fiber::suspend();
            check($where, $value);
        },
        'in a call that is being made' => fn() => both(C\pinned_fetch('key 2'), Fiber::suspend(), C\pinned_fetch('key 3')),
        'in a loop' => function () {
            foreach (C\pinned_fetch('key 4') as $at => $number) {
                $where ??= Fiber::suspend();
                $seen[] = $number;
            }
            check($where, $seen);
        },
        'in a function of the engine' => function () {
            array_map(function (array $value) {
                $where = Fiber::suspend();
                check($where, $value);
            }, [C\pinned_fetch('key 5')]);
        },
        'in a generator' => function () {
            $values = (function () {
                $value = C\pinned_fetch('key 6');
                yield Fiber::suspend() => $value;
            })();
            foreach ($values as $where => $value) {
                check($where, $value);
            }
        },
        'below many frames' => function () {
            $value = C\pinned_fetch('key 7');
            $deep = function (int $depth) use (&$deep) {
                return $depth ? $deep($depth - 1) : Fiber::suspend();
            };
            check($deep(1000), $value);
        },
    ];
    foreach ($fibers as $where => $body) {
        $fiber = new Fiber(function () use ($where, $body) {
            // Frames have places that they do not write to: many of them would keep what was there.
            Fiber::suspend($where === 'below many frames' ? 0 : look_deep(10));
            $body();
        });
        $fiber->start();
        $all[$where] = $fiber;
    }
    foreach ($all as $fiber) {
        $fiber->resume();
    }
    return $all;
}
/** Searches, and uses the memory that is free then. */
function search(string $where, int $most): void
{
    C\static_quiesce();
    $retired = C\pinned_cache_info()->retired_memory;
    echo $where, $retired < $most ? ": given back\n" : ": $retired bytes kept\n";
    for ($at = 0; $at < 2000; $at++) {
        C\pinned_store('filler ' . $at % 500, array_fill(0, 1000, -1));
    }
}

store_all(0);
$size = C\pinned_cache_info()->used_memory / COUNT;
$suspended = in_use();
look_deep(10);
// A search in a fiber, of another fiber's.
$outer = new Fiber(function () use ($size) {
    look_deep(10);
    $mine = C\pinned_fetch('key 8');
    $inner = new Fiber(function () use ($size) {
        store_all(1000);
        // Eight are in use.
        search('in a fiber', COUNT / 3 * $size);
    });
    $inner->start();
    check('in the fiber that has resumed another', $mine);
});
$main = C\pinned_fetch('key 9');
$outer->start();
check('in the main program', $main);
foreach ($suspended as $where => $fiber) {
    $fiber->resume($where);
    echo $where, $fiber->isTerminated() ? "\n" : ": not at its end\n";
}
?>
--EXPECT--
in a fiber: given back
in a variable
in a call that is being made
in a loop
in a function of the engine
in a generator
below many frames
