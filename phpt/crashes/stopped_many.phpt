--TEST--
A call with many entries waits once for a process that is stopped with all locks, and not once per entry
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
opcache.jit=disable
--FILE--
<?php
require __DIR__ . '/../helpers/child.inc';

$classes = '';
for ($at = 0; $at < 60; $at++) {
    $classes .= "#[OPcache\\VolatileStatic] class C$at { public static array \$a = []; }\n";
}
eval($classes);
$values = [];
for ($at = 0; $at < 3000; $at++) {
    $values["key$at"] = ['a value', "$at"];
}
OPcache\volatile_store_array($values);
$child = new Child(function (Child $parent) use ($values) {
    $parent->tell('running');
    // Takes all locks at once, time and again.
    for (;;) {
        OPcache\volatile_store_array($values);
    }
});
$child->hear();
$is_blocked = function () use ($values): bool {
    foreach ([1, ...range(0, 2999, 200)] as $at) {
        if (OPcache\volatile_store("key$at", $values["key$at"])) {
            return false;
        }
    }
    return true;
};
for ($until = hrtime(true) + 60_000_000_000; hrtime(true) < $until;) {
    $child->awaitRun(mt_rand(0, 3_000_000));
    $child->stop();
    if ($is_blocked()) {
        break;
    }
    $child->goOn();
}
for ($at = 0; $at < 60; $at++) {
    ("C$at")::$a = [$at];
}
$calls = [
    'store_array' => fn() => OPcache\volatile_store_array($values, throw_on_error: true),
    'delete_array' => fn() => OPcache\volatile_delete_array(array_keys($values), true),
    'static_publish' => fn() => OPcache\static_publish(),
];
foreach ($calls as $name => $call) {
    $began = hrtime(true);
    try {
        $call();
        echo "$name: done\n";
    } catch (OPcache\StaticCacheException $e) {
        echo "$name: ", preg_replace('/\b(C|key)\d+/', '$1', $e->getMessage()), "\n";
    }
    // A wait for each would be 60 of them at least.
    $waits = (hrtime(true) - $began) / 100e6;
    var_dump($waits >= 1 && $waits < 30);
}
echo $child->kill(), "\n";
// Nothing is stuck any more: what was not done can be. (Where the child had not one of the locks yet, it was done.)
var_dump(OPcache\static_publish() > 0, OPcache\volatile_delete_array(array_keys($values)), OPcache\volatile_keys('key'));
OPcache\volatile_clear();
?>
--EXPECT--
store_array: volatile cache: a lock was not free within 100 ms (opcache.static_cache.lock_timeout_ms)
bool(true)
delete_array: volatile cache: a lock was not free within 100 ms (opcache.static_cache.lock_timeout_ms) (key "key")
bool(true)
static_publish: C was not published: volatile cache: a lock was not free within 100 ms (opcache.static_cache.lock_timeout_ms) (key "C")
bool(true)
signal 9
bool(true)
bool(true)
array(0) {
}
