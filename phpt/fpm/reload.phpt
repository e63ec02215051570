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
// The master is root where there are users: only then can its descriptors be read by us anyway.
echo 'files of the master: ', $files(), "\n";
$master = $fpm->pid();
$fpm->reload();
foreach (['one', 'two', 'one'] as $pool) {
    echo json_encode($fpm->in($pool, $count)), "\n";
}
var_dump($fpm->pid() === $master);
echo 'files of the master: ', $files(), "\n";
// One is replaced by another, and the one that stays has another size.
$fpm->configure(['two' => ['php_admin_value[opcache.static_cache.volatile_size_mb]' => '9'], 'three' => []]);
$fpm->reload();
foreach (['two', 'three', 'three', 'two'] as $pool) {
    echo json_encode($fpm->in($pool, $count)), "\n";
}
echo 'files of the master: ', $files(), "\n";
foreach ([1, 2, 3] as $_) {
    $fpm->reload();
    $fpm->in('three', $count);
}
echo 'files of the master: ', $files(), "\n";
var_dump($fpm->said());
?>
--EXPECT--
[1,"fpm-fcgi:one",8]
[1,"fpm-fcgi:two",8]
[2,"fpm-fcgi:one",8]
files of the master: 4
[1,"fpm-fcgi:one",8]
[1,"fpm-fcgi:two",8]
[2,"fpm-fcgi:one",8]
bool(true)
files of the master: 4
[1,"fpm-fcgi:two",9]
[1,"fpm-fcgi:three",8]
[2,"fpm-fcgi:three",8]
[2,"fpm-fcgi:two",9]
files of the master: 4
files of the master: 4
array(0) {
}
