--TEST--
static_quiesce() gives back what is not in use any more, and says whether that is all
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
--FILE--
<?php
require __DIR__ . '/../helpers/child.inc';
use function OPcache\{static_quiesce, volatile_store, volatile_fetch, volatile_cache_info, pinned_store, pinned_fetch, pinned_lock, pinned_unlock};

$scalars = ['null' => null, 'false' => false, 'true' => true, 'int' => 1, 'float' => 1.5];
$readers = fn() => volatile_cache_info()->active_readers . ' ' . OPcache\pinned_cache_info()->active_readers;

echo "nothing fetched\n";
var_dump(static_quiesce());

echo "scalars only\n";
OPcache\volatile_store_array($scalars);
foreach ($scalars as $key => $value) {
    volatile_fetch($key) === $value || print("$key is wrong\n");
}
OPcache\volatile_fetch_array(array_keys($scalars));
volatile_fetch('absent');
OPcache\volatile_exists('text');
OPcache\volatile_keys();
pinned_lock('k');
echo $readers(), "\n";
var_dump(static_quiesce());
echo $readers(), "\n";
// The request goes on: what it reserved it still has, and fetches see what is there now.
var_dump(pinned_lock('k'), pinned_unlock('k'));
volatile_store('int', 2);
OPcache\volatile_delete('float');
var_dump(volatile_fetch('int'), volatile_fetch('float', 'gone'));

echo "memory that was held by it comes back\n";
// In another process: this one must not be handed a string yet.
$child = new Child(function (Child $parent) {
    volatile_store('n', 1);
    volatile_fetch('n');
    volatile_store('n', 'a string in its place');
    $before = volatile_cache_info()->retired_memory;
    static_quiesce();
    var_dump($before > 0, volatile_cache_info()->retired_memory);
});
$child->join();

// Whatever is handed out from here on lies in shared memory, in whatever way it was fetched. It is kept while it is in use.
$ways = [
    'array' => function () { volatile_store('k', range(1, 1000)); return volatile_fetch('k'); },
    'empty array' => function () { volatile_store('k', []); return volatile_fetch('k'); },
    'string' => function () { pinned_store('k', str_repeat('x', 5000)); return pinned_fetch('k'); },
    'empty string' => function () { pinned_store('k', ''); return pinned_fetch('k'); },
    'fetch_array' => function () { volatile_store('k', range(1, 1000)); return OPcache\volatile_fetch_array(['k', 'int']); },
    'references' => function () { $v = [[1, 2, 3]]; $v[1] = &$v[0]; volatile_store('k', $v); return volatile_fetch('k'); },
    'remember' => function () { volatile_store('k', range(1, 1000)); return OPcache\volatile_remember('k', fn() => 1); },
    'int key' => function () { volatile_store('7', range(1, 1000)); return OPcache\volatile_fetch_array([7]); },
    'an earlier one' => function () { volatile_store('k', range(1, 1000)); volatile_fetch('k'); $k = volatile_fetch('k'); volatile_fetch('int'); return $k; },
];
foreach ($ways as $name => $way) {
    $child = new Child(function () use ($name, $way) {
        $held = $way();
        $copy = unserialize(serialize($held));
        $given = static_quiesce();
        OPcache\volatile_clear();
        OPcache\pinned_clear();
        for ($at = 0; $at < 1000; $at++) {
            volatile_store('churn' . $at % 7, str_repeat(chr($at % 256), $at * 37 % 20_000));
            pinned_store('churn' . $at % 7, str_repeat(chr($at % 256), $at * 37 % 20_000));
            $at % 100 === 0 && $given |= static_quiesce();
        }
        if (serialize($held) !== serialize($copy)) {
            echo "$name: changed\n";
        }
        if ($given) {
            echo "$name: given up\n";
        }
    });
    $child->join();
}

echo "what is not in use any more\n";
$child = new Child(function () {
    // 50 values of 16 KB, of which one is kept: not enough to be given back without being asked for.
    for ($at = 0; $at < 50; $at++) {
        volatile_store('k', range($at, $at + 1000));
        $value = volatile_fetch('k');
        $at === 25 && $kept = $value;
    }
    OPcache\volatile_delete('k');
    var_dump(volatile_cache_info()->retired_memory > 49 * 16_000);
    // Searching takes a fiftieth of the time at most. Traces of a few others may be in places that are not used again.
    for ($began = microtime(true); volatile_cache_info()->retired_memory > 10 * 16_100 && microtime(true) < $began + 30;) {
        static_quiesce();
    }
    $left = volatile_cache_info()->retired_memory;
    var_dump($left > 16_000 && $left <= 10 * 16_100, $kept === range(25, 1025));
});
$child->join();
try {
    static_quiesce(1);
} catch (ArgumentCountError $e) {
    echo $e->getMessage(), "\n";
}
?>
--EXPECT--
nothing fetched
bool(true)
scalars only
1 0
bool(true)
0 0
bool(true)
bool(true)
int(2)
string(4) "gone"
memory that was held by it comes back
bool(true)
int(0)
what is not in use any more
bool(true)
bool(true)
bool(true)
OPcache\static_quiesce() expects exactly 0 arguments, 1 given
