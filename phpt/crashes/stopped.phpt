--TEST--
A writer that is stopped inside its locks delays no reader; writers fail by the bound, and go on when it does or dies
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
opcache.jit=disable
--FILE--
<?php
require __DIR__ . '/../helpers/child.inc';
require __DIR__ . '/../helpers/clean.inc';

foreach (['volatile', 'pinned'] as $backend) {
    $call = fn(string $name, mixed ...$arguments) => ("OPcache\\{$backend}_$name")(...$arguments);
    $values = [];
    // No more: beyond 2,048 entries that it has fetched, this request would hold back all that is replaced.
    for ($at = 0; $at < 300; $at++) {
        $values["key$at"] = ['a value', "$at"];
    }
    $call('store_array', $values);
    $held = $call('fetch', 'key7');
    $writer = fn() => new Child(function (Child $parent) use ($call, $values) {
        $parent->tell('running');
        // Takes all locks at once, time and again.
        for (;;) {
            $call('store_array', $values);
        }
    });
    foreach (['goes on', 'dies'] as $fate) {
        $child = $writer();
        $child->hear();
        // Stop it until it has all locks in its hands.
        $blocked = function () use ($call, $values): bool {
            foreach ([1, ...range(0, 299, 40)] as $at) {
                if ($call('store', "key$at", $values["key$at"])) {
                    return false;
                }
            }
            return true;
        };
        for ($until = hrtime(true) + 60_000_000_000; hrtime(true) < $until;) {
            // Any moment will do, as long as the child gets to run at all.
            $child->awaitRun(mt_rand(0, 3_000_000));
            $child->stop();
            if ($blocked()) {
                break;
            }
            $child->goOn();
        }
        try {
            $call('store', 'key1', 'new', throw_on_error: true);
            echo "stored\n";
        } catch (OPcache\StaticCacheException $e) {
            echo $e->getMessage(), "\n";
        }
        // None of these takes a lock. Each would wait for the bound otherwise, and there are 600 of them.
        $before = $call('cache_info')->store_failures;
        $fetched = true;
        foreach ($values as $key => $value) {
            $fetched = $fetched && $call('fetch', $key) === $value && $call('exists', $key);
        }
        $fetched = $fetched && $call('fetch_array', array_keys($values)) === $values && count($call('keys')) === 300;
        var_dump($fetched, $call('clear'), $held === $values['key7']);
        // remember has a value to give in any case.
        var_dump($call('remember', 'key2', fn() => 'not needed') === $values['key2'], $call('remember', 'absent', fn() => 'built'));
        if ($fate === 'goes on') {
            $child->goOn();
            // It wants the locks all the time, so this can take more than one bound.
            for ($tries = 0; $tries < 200 && !($stored = $call('store', 'key1', 'new')); $tries++);
            var_dump($stored);
            echo $child->kill(), "\n";
        } else {
            echo $child->kill(), "\n";
            var_dump($call('store', 'key1', 'new'));
        }
        $call('delete', 'absent');
        $call('store', 'key1', $values['key1']);
        var_dump($call('fetch_array', array_keys($values)) === $values);
    }
    $call('clear');
}
var_dump(left_behind(['key1', 'absent'], 1));
?>
--EXPECT--
volatile cache: a lock was not free within 50 ms (opcache.static_cache.lock_timeout_ms) (key "key1")
bool(true)
bool(false)
bool(true)
bool(true)
string(5) "built"
bool(true)
signal 9
bool(true)
volatile cache: a lock was not free within 50 ms (opcache.static_cache.lock_timeout_ms) (key "key1")
bool(true)
bool(false)
bool(true)
bool(true)
string(5) "built"
signal 9
bool(true)
bool(true)
pinned cache: a lock was not free within 50 ms (opcache.static_cache.lock_timeout_ms) (key "key1")
bool(true)
bool(false)
bool(true)
bool(true)
string(5) "built"
bool(true)
signal 9
bool(true)
pinned cache: a lock was not free within 50 ms (opcache.static_cache.lock_timeout_ms) (key "key1")
bool(true)
bool(false)
bool(true)
bool(true)
string(5) "built"
signal 9
bool(true)
bool(true)
array(0) {
}
