--TEST--
opcache_invalidate() warns of state that a stopped process has the lock of, and drops that of the file's other classes
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
require __DIR__ . '/../helpers/stopped.inc';
require __DIR__ . '/../helpers/compare.inc';
require __DIR__ . '/../helpers/statics.inc';

foreach (['Volatile', 'Pinned'] as $backend) {
    $classes = '<?php ';
    for ($at = 0; $at < 20; $at++) {
        $classes .= "#[OPcache\\{$backend}Static] class $backend$at { public static int \$n = 0; }\n";
    }
    $folder = new Folder(['classes.php' => $classes]);
    require "$folder->path/classes.php";
    for ($at = 0; $at < 20; $at++) {
        ("$backend$at")::$n++;
    }
    echo OPcache\static_publish(), "\n";
    $publish = function () use ($backend): bool {
        ("{$backend}0")::$n++;
        try {
            return OPcache\static_publish() > 0;
        } catch (OPcache\StaticCacheException) {
            return false;
        }
    };
    $child = stopped_doing($publish, fn() => !$publish());
    $left = fn(): int => of(strtolower($backend), 'cache_info')()->entry_count;
    opcache_invalidate("$folder->path/classes.php", true);
    // 256 locks: few if any others share that one.
    var_dump($left() >= 1 && $left() < 10);
    echo $child->kill(), "\n";
    opcache_invalidate("$folder->path/classes.php", true);
    var_dump($left());
}
?>
--EXPECTF--
20

Warning: opcache_invalidate(): volatile cache: a lock was not free within 50 ms (opcache.static_cache.lock_timeout_ms) in %s on line %d
bool(true)
signal 9
int(0)
20

Warning: opcache_invalidate(): pinned cache: a lock was not free within 50 ms (opcache.static_cache.lock_timeout_ms) in %s on line %d
bool(true)
signal 9
int(0)
