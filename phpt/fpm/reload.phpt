--TEST--
A reload starts empty; pools that come and go with it; descriptors do not pile up
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
$fpm = new Fpm(['one' => [], 'two' => []], Fpm::EVALUATE);
$count = 'return [OPcache\pinned_atomic_increment("n"), OPcache\pinned_cache_info()->partition, OPcache\volatile_cache_info()->configured_memory >> 20];';
$files = fn() => count(array_filter(listed("/proc/{$fpm->pid()}/fd"), fn($fd) => str_contains((string) @readlink("/proc/{$fpm->pid()}/fd/$fd"), 'memfd:static-cache')));
foreach (['one', 'two', 'one'] as $pool) {
    echo json_encode($fpm->in($pool, $count)), "\n";
}
// Two for each listening socket, also for one that whoever runs the tests left open.
$first = $files();
var_dump($first >= 4);
$master = $fpm->pid();
$fpm->reload();
foreach (['one', 'two', 'one'] as $pool) {
    echo json_encode($fpm->in($pool, $count)), "\n";
}
var_dump($fpm->pid() === $master);
var_dump($files() === $first);
// One is replaced by another, and the one that stays has another size.
$fpm->configure(['two' => ['php_admin_value[opcache.static_cache.volatile_size_mb]' => '9'], 'three' => []]);
$fpm->reload();
foreach (['two', 'three', 'three', 'two'] as $pool) {
    echo json_encode($fpm->in($pool, $count)), "\n";
}
var_dump($files() === $first);
foreach ([1, 2, 3] as $_) {
    $fpm->reload();
    $fpm->in('three', $count);
}
var_dump($files() === $first);
var_dump($fpm->said());
?>
--EXPECT--
[1,"fpm-fcgi:one",8]
[1,"fpm-fcgi:two",8]
[2,"fpm-fcgi:one",8]
bool(true)
[1,"fpm-fcgi:one",8]
[1,"fpm-fcgi:two",8]
[2,"fpm-fcgi:one",8]
bool(true)
bool(true)
[1,"fpm-fcgi:two",9]
[1,"fpm-fcgi:three",8]
[2,"fpm-fcgi:three",8]
[2,"fpm-fcgi:two",9]
bool(true)
bool(true)
array(0) {
}
