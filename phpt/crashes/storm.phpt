--TEST--
Workers killed at any moment, again and again: what is held and what is stored stays whole, and the next call succeeds
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
opcache.static_cache.lock_timeout_ms=20000
opcache.jit=disable
--FILE--
<?php
// Without JIT: a process that is killed while it compiles a trace leaves the others of its group code that crashes them,
// with or without this module.
require __DIR__ . '/../helpers/child.inc';
require __DIR__ . '/../helpers/clean.inc';

function value(int $seed): array
{
    $value = ['seed' => $seed, 'text' => str_repeat(chr(65 + $seed % 26), $seed * 37 % 3000), 'list' => range($seed, $seed + 100)];
    $value['again'] = &$value['text'];
    return $value;
}
function whole(mixed $value): bool
{
    return $value === null || is_array($value) && $value === value($value['seed']);
}
/** What a worker does until it is killed. */
function work(int $seed): void
{
    mt_srand($seed);
    for (;;) {
        $backend = mt_rand(0, 1) ? 'volatile' : 'pinned';
        $call = fn(string $name, mixed ...$arguments) => ("OPcache\\{$backend}_$name")(...$arguments);
        $key = 'key' . mt_rand(0, 60);
        $number = mt_rand(0, 100_000);
        match (mt_rand(0, 12)) {
            0, 1, 2 => $call('store', $key, value($number)),
            3 => $call('store_array', array_map(fn(int $at) => value($number + $at), array_flip(array_map(fn(int $at) => "key$at", range(0, 50, 2))))),
            4 => $call('delete', $key),
            5 => $call('delete_prefix', 'key1'),
            6 => mt_rand(0, 3) || $call('clear'),
            7 => whole($call('fetch', $key)) || OPcache\pinned_store('torn', 'by a worker'),
            8 => $call('remember', $key, fn() => value($number)),
            9 => [$call('lock', "reserved$key"), $call('unlock', "reserved$key")],
            10 => OPcache\pinned_atomic_increment('counter'),
            11 => [$call('lock', "reserved$key", 1000), $call('store', "reserved$key", value(1)), $call('delete', "reserved$key")],
            12 => $call('cache_info'),
        };
    }
}
OPcache\volatile_store('held', value(12345));
OPcache\pinned_store('held', value(54321));
$held = [OPcache\volatile_fetch('held'), OPcache\pinned_fetch('held')];
$workers = [];
for ($at = 0; $at < 3; $at++) {
    $workers[] = new Child(fn() => work($at));
}
mt_srand(99);
$recoveries = fn() => OPcache\volatile_cache_info()->recoveries + OPcache\pinned_cache_info()->recoveries;
// As many kills as it takes to hit the inside of a lock a few times, which most of them do not.
for ($kills = 0; $kills < 120 || $recoveries() < 3 && $kills < 3000; $kills++) {
    usleep(mt_rand(0, 4000));
    $at = mt_rand(0, 2);
    $workers[$at]->kill();
    // The next call of each kind succeeds, and what is held is as it was.
    foreach (['volatile', 'pinned'] as $backend) {
        $call = fn(string $name, mixed ...$arguments) => ("OPcache\\{$backend}_$name")(...$arguments);
        try {
            $call('store', "mine$kills", $kills, throw_on_error: true);
            $call('delete', "mine$kills", true);
            $call('lock', "mine$kills", 0, true) || print("not reserved\n");
            // False when a worker has cleared the cache meanwhile.
            $call('unlock', "mine$kills", true);
        } catch (Throwable $e) {
            echo "after $kills kills: ", $e->getMessage(), "\n";
            break 2;
        }
        foreach (range(0, 60, 5) as $key) {
            whole($call('fetch', "key$key")) || print("key$key is torn\n");
        }
    }
    if ($held !== [value(12345), value(54321)]) {
        echo "what is held changed after $kills kills\n";
        break;
    }
    $workers[$at] = new Child(fn() => work($kills + 10));
}
foreach ($workers as $worker) {
    $worker->kill();
}
var_dump($recoveries() >= 3, OPcache\pinned_fetch('torn'));
$keys = array_map(fn(int $at) => "reservedkey$at", range(0, 60));
var_dump(left_behind($keys, 1));
?>
--EXPECT--
bool(true)
NULL
array(0) {
}
