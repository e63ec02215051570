--TEST--
Many workers whose output the master catches, which takes it two pipes for each: all have the cache, those of a pool started later too
--EXTENSIONS--
static_cache
--SKIPIF--
<?php
require __DIR__ . "/../helpers/fpm.inc";
if ($why = without_fpm()) die("skip $why");
if (getenv('STATIC_CACHE_VALGRIND')) die('skip so many workers take too long under valgrind');
?>
--INI--
opcache.static_cache.volatile_size_mb=8
opcache.static_cache.pinned_size_mb=8
--FILE--
<?php
require __DIR__ . '/../helpers/fpm.inc';
$pools = ['caught' => 60, 'plain' => 2];
$fpm = new Fpm([
    'caught' => ['pm.max_children' => "$pools[caught]"],
    'plain' => ['pm.max_children' => "$pools[plain]", 'catch_workers_output' => 'no'],
], Fpm::EVALUATE);
file_put_contents("$fpm->folder/began", '');
chmod("$fpm->folder/began", 0666);
$gate = fopen("$fpm->folder/gate", 'c');
$began = fn() => count(file("$fpm->folder/began"));
/** Asks all workers of a pool: each is busy until all have begun. */
$ask = function (string $pool, int $workers) use ($fpm, $gate, $began): void {
    flock($gate, LOCK_EX);
    $before = $began();
    $connections = [];
    foreach (range(1, $workers) as $_) {
        $connections[] = $fpm->ask($pool, '', ['CODE' => '$n = OPcache\pinned_atomic_increment("n");
            file_put_contents(__DIR__ . "/began", getmypid() . "\n", FILE_APPEND);
            flock(fopen(__DIR__ . "/gate", "r"), LOCK_SH);
            return [getmypid(), $n, OPcache\pinned_cache_info()->failure_reason];']);
    }
    until(fn() => $began() === $before + $workers, "all workers of $pool");
    flock($gate, LOCK_UN);
    $answers = array_map(fn($connection) => json_decode(Fpm::answer($connection)), $connections);
    [$pids, $counts, $reasons] = array_map(null, ...$answers);
    sort($counts);
    echo "$pool: ", count(array_unique($pids)), ' workers, ', count(array_filter($counts)), ' count together: ';
    var_dump($counts === range(1, $workers));
    foreach (array_unique(array_filter($reasons)) as $reason) {
        echo "  $reason\n";
    }
};
foreach ($pools as $pool => $workers) {
    $ask($pool, $workers);
}
// The new master inherits sockets, and no pipes.
$fpm->reload();
foreach ($pools as $pool => $workers) {
    $ask($pool, $workers);
}
?>
--EXPECT--
caught: 60 workers, 60 count together: bool(true)
plain: 2 workers, 2 count together: bool(true)
caught: 60 workers, 60 count together: bool(true)
plain: 2 workers, 2 count together: bool(true)
