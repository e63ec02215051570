--TEST--
Wrong values in php.ini: one line per worker in the log, whatever became of the warnings at start-up
--EXTENSIONS--
static_cache
--SKIPIF--
<?php
require __DIR__ . "/../helpers/fpm.inc";
if ($why = without_fpm()) die("skip $why");
?>
--INI--
opcache.static_cache.volatile_size_mb=8
opcache.static_cache.pinned_size_mb=8
--FILE--
<?php
require __DIR__ . '/../helpers/fpm.inc';
foreach (['0', '1'] as $log) {
    $fpm = new Fpm(['a' => [], 'b' => ['php_admin_value[opcache.static_cache.volatile_size_mb]' => '4']], Fpm::EVALUATE, ['arguments' => [
        '-d', "log_errors=$log", '-d', 'display_startup_errors=0',
        '-d', 'opcache.static_cache.volatile_size_mb=bad', '-d', 'opcache.static_cache.readers=many',
    ]]);
    foreach (['a', 'b', 'a'] as $pool) {
        echo json_encode($fpm->in($pool, 'return [OPcache\volatile_store("k", 1), OPcache\pinned_store("k", 1)];')), "\n";
    }
    $said = $fpm->said(3);
    sort($said);
    echo implode("\n", $said), "\n";
}
?>
--EXPECT--
[false,true]
[true,true]
[false,true]
static_cache: pool "a": opcache.static_cache.readers must be 1 to 65535, "many" given; 256 is used
static_cache: pool "a": opcache.static_cache.volatile_size_mb must be 0 to disable the backend, or 1 to 65536 (MiB), "bad" given; the backend is disabled
static_cache: pool "b": opcache.static_cache.readers must be 1 to 65535, "many" given; 256 is used
[false,true]
[true,true]
[false,true]
static_cache: pool "a": opcache.static_cache.readers must be 1 to 65535, "many" given; 256 is used
static_cache: pool "a": opcache.static_cache.volatile_size_mb must be 0 to disable the backend, or 1 to 65536 (MiB), "bad" given; the backend is disabled
static_cache: pool "b": opcache.static_cache.readers must be 1 to 65535, "many" given; 256 is used
