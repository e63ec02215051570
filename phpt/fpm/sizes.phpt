--TEST--
A pool sets sizes and policy of its own; a request cannot, however it tries
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
$fpm = new Fpm([
    'large' => ['php_admin_value[opcache.static_cache.volatile_size_mb]' => '20', 'php_admin_value[opcache.static_cache.pinned_size_mb]' => '3',
        'php_admin_value[opcache.static_cache.lock_timeout_ms]' => '70', 'php_admin_value[opcache.static_cache.readers]' => '5'],
    'half' => ['php_admin_value[opcache.static_cache.volatile_size_mb]' => '0'],
    'none' => ['php_admin_value[opcache.static_cache.volatile_size_mb]' => '0', 'php_admin_value[opcache.static_cache.pinned_size_mb]' => '0'],
    'wrong' => ['php_admin_value[opcache.static_cache.pinned_size_mb]' => 'much', 'php_admin_value[opcache.static_cache.readers]' => '0'],
    'plain' => [],
    // FPM lets scripts change what a pool sets like this; not so here.
    'value' => ['php_value[opcache.static_cache.pinned_size_mb]' => '5'],
], Fpm::EVALUATE);
$look = 'foreach (["volatile", "pinned"] as $b) { $i = ("OPcache\\\\{$b}_cache_info")(); $all[] = [$i->enabled, $i->available, $i->startup_failed,
    $i->configured_memory >> 20, $i->failure_reason, ("OPcache\\\\{$b}_store")("k", 1)]; } return $all;';
// The first request of each worker brings settings of its own; they must not count, then or later.
$attack = ['PHP_ADMIN_VALUE' => "opcache.static_cache.volatile_size_mb=64\nopcache.static_cache.pinned_size_mb=64\nopcache.static_cache.allow_unsafe_runtime=1\nopcache.static_cache.lock_timeout_ms=1",
    'PHP_VALUE' => "opcache.static_cache.volatile_size_mb=63\nopcache.static_cache.pinned_size_mb=0"];
foreach (array_keys($fpm->pools) as $pool) {
    echo "$pool\n";
    foreach ([$attack, $attack, []] as $variables) {
        echo json_encode($fpm->in($pool, $look, $variables), JSON_UNESCAPED_SLASHES), "\n";
    }
}
echo json_encode($fpm->in('large', '$set = [];
    foreach (["volatile_size_mb" => "1", "pinned_size_mb" => "0", "lock_timeout_ms" => "1", "readers" => "1", "allow_unsafe_runtime" => "1"] as $name => $value) {
        $set[] = ini_set("opcache.static_cache.$name", $value);
        $set[] = ini_get("opcache.static_cache.$name");
    }
    return $set;', $attack)), "\n";
var_dump($fpm->in('value', 'return ini_set("opcache.static_cache.pinned_size_mb", "6");'), $fpm->in('value', 'return OPcache\pinned_cache_info()->configured_memory >> 20;'));
// Nor can it choose the pool.
$claims = ['PATH_INFO' => '/half', 'DOCUMENT_ROOT' => '/plain', 'SERVER_NAME' => 'plain', 'HTTP_HOST' => 'plain', 'FPM_POOL' => 'plain',
    'USER' => 'plain', 'POOL' => 'plain', 'HTTP_X_POOL' => 'plain'];
echo $fpm->in('large', 'putenv("FPM_SOCKETS=1=1"); return OPcache\pinned_cache_info()->partition;', $claims), "\n";
$said = $fpm->said(2);
sort($said);
echo implode("\n", $said), "\n";
?>
--EXPECT--
large
[[true,true,false,20,null,true],[true,true,false,3,null,true]]
[[true,true,false,20,null,true],[true,true,false,3,null,true]]
[[true,true,false,20,null,true],[true,true,false,3,null,true]]
half
[[false,false,false,0,"disabled by opcache.static_cache.volatile_size_mb=0",false],[true,true,false,8,null,true]]
[[false,false,false,0,"disabled by opcache.static_cache.volatile_size_mb=0",false],[true,true,false,8,null,true]]
[[false,false,false,0,"disabled by opcache.static_cache.volatile_size_mb=0",false],[true,true,false,8,null,true]]
none
[[false,false,false,0,"disabled by opcache.static_cache.volatile_size_mb=0",false],[false,false,false,0,"disabled by opcache.static_cache.pinned_size_mb=0",false]]
[[false,false,false,0,"disabled by opcache.static_cache.volatile_size_mb=0",false],[false,false,false,0,"disabled by opcache.static_cache.pinned_size_mb=0",false]]
[[false,false,false,0,"disabled by opcache.static_cache.volatile_size_mb=0",false],[false,false,false,0,"disabled by opcache.static_cache.pinned_size_mb=0",false]]
wrong
[[true,true,false,8,null,true],[false,false,true,0,"opcache.static_cache.pinned_size_mb must be 0 to disable the backend, or 1 to 65536 (MiB), \"much\" given; the backend is disabled",false]]
[[true,true,false,8,null,true],[false,false,true,0,"opcache.static_cache.pinned_size_mb must be 0 to disable the backend, or 1 to 65536 (MiB), \"much\" given; the backend is disabled",false]]
[[true,true,false,8,null,true],[false,false,true,0,"opcache.static_cache.pinned_size_mb must be 0 to disable the backend, or 1 to 65536 (MiB), \"much\" given; the backend is disabled",false]]
plain
[[true,true,false,8,null,true],[true,true,false,8,null,true]]
[[true,true,false,8,null,true],[true,true,false,8,null,true]]
[[true,true,false,8,null,true],[true,true,false,8,null,true]]
value
[[true,true,false,8,null,true],[true,true,false,5,null,true]]
[[true,true,false,8,null,true],[true,true,false,5,null,true]]
[[true,true,false,8,null,true],[true,true,false,5,null,true]]
[false,"20",false,"3",false,"70",false,"5",false,"0"]
bool(false)
int(5)
fpm-fcgi:large
static_cache: pool "wrong": opcache.static_cache.pinned_size_mb must be 0 to disable the backend, or 1 to 65536 (MiB), "much" given; the backend is disabled
static_cache: pool "wrong": opcache.static_cache.readers must be 1 to 65535, "0" given; 256 is used
