--TEST--
Few descriptors: the master makes memory files only while enough are left for its workers; all pools answer
--EXTENSIONS--
static_cache
--SKIPIF--
<?php
require __DIR__ . "/../helpers/fpm.inc";
if ($why = without_fpm()) die("skip $why");
if (getenv('STATIC_CACHE_VALGRIND')) die('skip valgrind needs descriptors of its own');
?>
--INI--
opcache.static_cache.volatile_size_mb=8
opcache.static_cache.pinned_size_mb=8
--FILE--
<?php
require __DIR__ . '/../helpers/fpm.inc';
$look = 'return OPcache\pinned_store("k", 1) && OPcache\volatile_fetch("none", 2) === 2 ? "works" : OPcache\pinned_cache_info()->failure_reason;';
/** Asks each pool and says how many have a cache, and what the others say; what workers say is logged where it is caught. */
function pools(int $pools, int $workers, int $limit, string $catch, string $look): void
{
    $directives = ['pm.max_children' => "$workers", 'catch_workers_output' => $catch];
    $fpm = new Fpm(array_fill_keys(array_map(fn($at) => "p$at", range(1, $pools)), $directives), Fpm::EVALUATE, [
        'before' => ['sh', '-c', "ulimit -n $limit; exec \"\$@\"", '-'],
    ]);
    $said = array_count_values(array_map(fn($pool) => $fpm->in($pool, $look), array_keys($fpm->pools)));
    $works = $said['works'] ?? 0;
    unset($said['works']);
    if ($workers === 1) {
        echo "$pools pools, catch_workers_output=$catch: ", match ($works) { $pools => 'all have', 0 => 'none has', default => 'some have' }, " a cache\n";
        echo implode("\n", array_unique(preg_replace('/\d+/', 'N', array_keys($said)))), $said ? "\n" : '';
        if ($catch === 'yes' && count($lines = $fpm->said($pools - $works)) !== $pools - $works) {
            echo implode("\n", $lines), "\n";
        }
    }
    echo count($fpm->workers()), " workers\n";
}
// Sockets, and pipes if there are some, need nearly all of them; there are enough for memory files in some pools; in all.
foreach (['no' => [55, 120, 200], 'yes' => [75, 140, 200]] as $catch => $limits) {
    foreach ($limits as $limit) {
        pools(15, 1, $limit, $catch, $look);
    }
}
// Enough for memory files at first, and for the pipes of all workers, but not for both: some workers have a cache.
pools(10, 5, 134, 'yes', $look);
?>
--EXPECT--
15 pools, catch_workers_output=no: none has a cache
unavailable: no shared memory for the pool: of N descriptors that the master may have (ulimit -n, rlimit_files), N are in use, and it needs the others for its workers
15 workers
15 pools, catch_workers_output=no: some have a cache
unavailable: no shared memory for the pool: of N descriptors that the master may have (ulimit -n, rlimit_files), N are in use, and it needs the others for its workers
15 workers
15 pools, catch_workers_output=no: all have a cache
15 workers
15 pools, catch_workers_output=yes: none has a cache
unavailable: no shared memory for the pool: of N descriptors that the master may have (ulimit -n, rlimit_files), N are in use, and it needs the others for its workers
15 workers
15 pools, catch_workers_output=yes: some have a cache
unavailable: no shared memory for the pool: of N descriptors that the master may have (ulimit -n, rlimit_files), N are in use, and it needs the others for its workers
15 workers
15 pools, catch_workers_output=yes: all have a cache
15 workers
50 workers
