--TEST--
apache2 with mod_php: unavailable unless allowed; restarts leave nothing behind
--EXTENSIONS--
static_cache
--SKIPIF--
<?php
require __DIR__ . '/../helpers/apache.inc';
if (!Apache::is_there() || !function_exists('posix_kill')) die('skip needs apache2 and mod_php');
?>
--FILE--
<?php
require __DIR__ . '/../helpers/apache.inc';
$script = '<?php $i = OPcache\pinned_cache_info(); usleep(2000);
    echo json_encode([PHP_SAPI, OPcache\pinned_atomic_increment("n"), $i->available, $i->shared_model, $i->failure_reason, getmypid()]);';
$apache = new Apache($script, []);
echo preg_replace('/,\d+]$/', ']', $apache->get()), "\n";
unset($apache);

$apache = new Apache($script, ['opcache.static_cache.allow_unsafe_runtime=1']);
$count = function () use ($apache): array {
    $pid = $apache->pid();
    $links = array_map(fn($fd) => (string) @readlink("/proc/$pid/fd/$fd"), listed("/proc/$pid/fd"));
    return [substr_count(file_get_contents("/proc/$pid/maps"), 'memfd:static-cache'), count(preg_grep('/memfd:static-cache/', $links)), count($links)];
};
// Both processes count together.
$seen = [];
$n = 0;
until(function () use ($apache, &$seen, &$n) {
    [, $value, $available, $model, $reason, $pid] = json_decode($apache->get());
    $seen[$pid] = [$available, $model, $reason];
    return ++$n === $value && count($seen) === 2;
}, 'answers of both processes');
echo json_encode(array_values($seen)), "\n";
// Start-up has run twice already: once to check the configuration.
$first = $count();
echo json_encode(array_slice($first, 0, 2)), "\n";
foreach (range(1, 4) as $_) {
    $apache->restart();
    [, $value] = json_decode($apache->get());
    var_dump($value);
}
var_dump($count() === $first, preg_match('/exit signal|Segmentation/', $apache->log()));
?>
--EXPECT--
["apache2handler",false,false,"none","unavailable in SAPI \"apache2handler\" unless opcache.static_cache.allow_unsafe_runtime=1"]
[[true,"process group",null],[true,"process group",null]]
[4,2]
int(1)
int(1)
int(1)
int(1)
bool(true)
int(0)
