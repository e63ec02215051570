--TEST--
Pools with long names and equal beginnings; a name that does not fit into the title is no name
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
$alike = str_repeat('site-of-a-customer-', 8);
$long = str_repeat('n', 1500);
$pools = ["{$alike}a" => [], "{$alike}ab" => [], 'a' => [], 'ab' => [], "{$long}1" => [], "{$long}2" => []];
$code = 'OPcache\pinned_atomic_increment("n"); return [OPcache\pinned_fetch("n"), OPcache\pinned_cache_info()->partition, OPcache\pinned_cache_info()->failure_reason];';
$short = fn(array $answer): string => preg_replace('/n{100,}/', 'n...', str_replace($alike, 'alike-', json_encode($answer)));
// A command line that is longer than the names: FPM writes the title over it.
$fpm = new Fpm($pools, Fpm::EVALUATE, ['environment' => ['PADDING' => str_repeat('x', 3000)]]);
foreach ([1, 2] as $round) {
    foreach (array_keys($pools) as $pool) {
        echo $short($fpm->in($pool, $code)), "\n";
    }
}
var_dump($fpm->said());
unset($fpm);
// Too short: two of the names begin alike as far as the title goes, so nobody can tell them apart.
$fpm = new Fpm($pools, Fpm::EVALUATE);
foreach ([1, 2] as $round) {
    foreach (["{$alike}ab", "{$long}1", "{$long}2"] as $pool) {
        [$count, $name, $reason] = $fpm->in($pool, $code);
        echo json_encode([$count, str_starts_with($name, 'fpm-fcgi:nnn') ? 'cut' : 'whole', $reason]), "\n";
    }
}
var_dump(count($fpm->said(2)));
?>
--EXPECT--
[1,"fpm-fcgi:alike-a",null]
[1,"fpm-fcgi:alike-ab",null]
[1,"fpm-fcgi:a",null]
[1,"fpm-fcgi:ab",null]
[1,"fpm-fcgi:n...1",null]
[1,"fpm-fcgi:n...2",null]
[2,"fpm-fcgi:alike-a",null]
[2,"fpm-fcgi:alike-ab",null]
[2,"fpm-fcgi:a",null]
[2,"fpm-fcgi:ab",null]
[2,"fpm-fcgi:n...1",null]
[2,"fpm-fcgi:n...2",null]
array(0) {
}
[1,"whole",null]
[null,"cut","unavailable: the worker pool cannot be told for certain: its name does not fit into the process title; start php-fpm with a longer command line or environment"]
[null,"cut","unavailable: the worker pool cannot be told for certain: its name does not fit into the process title; start php-fpm with a longer command line or environment"]
[2,"whole",null]
[null,"cut","unavailable: the worker pool cannot be told for certain: its name does not fit into the process title; start php-fpm with a longer command line or environment"]
[null,"cut","unavailable: the worker pool cannot be told for certain: its name does not fit into the process title; start php-fpm with a longer command line or environment"]
int(2)
