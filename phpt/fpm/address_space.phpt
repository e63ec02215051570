--TEST--
Limited address space: PHP-FPM starts wherever it starts without the caches, and they are there or say why not
--EXTENSIONS--
static_cache
--SKIPIF--
<?php
require __DIR__ . "/../helpers/fpm.inc";
if ($why = without_fpm()) die("skip $why");
if (!ini_get("opcache.enable")) die("skip needs OPcache");
if (getenv('STATIC_CACHE_VALGRIND')) die('skip valgrind needs more address space than is allowed here');
?>
--INI--
opcache.static_cache.volatile_size_mb=8
opcache.static_cache.pinned_size_mb=8
--FILE--
<?php
require __DIR__ . '/../helpers/fpm.inc';
$look = 'foreach (["volatile", "pinned"] as $b) {
        $i = ("OPcache\\\\{$b}_cache_info")();
        $all[] = ("OPcache\\\\{$b}_store")("k", 1) && ("OPcache\\\\{$b}_fetch")("k") === 1 ? "works" : $i->failure_reason;
    }
    return $all;';
/** What the caches say under a limit in MiB; null when the server does not start. */
function under(int $limit, array $arguments, array $pools, string $look, array $environment = []): ?array
{
    try {
        $fpm = new Fpm($pools, Fpm::EVALUATE, [
            'before' => ['sh', '-c', 'ulimit -v ' . $limit * 1024 . '; exec "$@"', '-'],
            'arguments' => $arguments, 'environment' => $environment,
        ]);
        return array_map(fn(string $pool) => $fpm->in($pool, $look), array_combine(array_keys($pools), array_keys($pools)));
    } catch (RuntimeException) {
        return null;
    }
}
// The same server without the module.
$folder = sys_get_temp_dir() . '/static-cache-without-' . getmypid();
mkdir($folder);
file_put_contents("$folder/php.ini", preg_replace('/^extension=.*static_cache\.so$/m', '', file_get_contents(getenv('PHPRC') . '/php.ini')));

$sizes = fn(int $volatile, int $pinned) => ['-d', "opcache.static_cache.volatile_size_mb=$volatile", '-d', "opcache.static_cache.pinned_size_mb=$pinned"];
$opcache = fn(int $mib) => ['-d', "opcache.memory_consumption=$mib"];
foreach ([128 => [230, 260, 300, 400, 500, 600, 700, 800, 1000, 1024, 1500, 1700, 2500], 512 => [1000, 2000, 3000, 5000, 10000, 12000]] as $memory => $limits) {
    foreach ($limits as $limit) {
        if (under($limit, $opcache($memory), ['p' => []], 'return [];', ['PHPRC' => $folder]) === null) {
            continue;
        }
        foreach ([[8, 8], [0, 0], [400, 300], [60000, 60000]] as $mib) {
            $said = under($limit, [...$opcache($memory), ...$sizes(...$mib)], ['p' => []], $look)['p'] ?? null;
            foreach ($said ?? ['not started', 'not started'] as $at => $state) {
                $room = $limit - $memory - 200 >= 2 * 1.2 * array_sum($mib);
                if (!preg_match($mib[$at] === 0 ? '/^disabled by/' : ($room ? '/^works$/' : '/^works$|address space|Cannot allocate memory/'), (string) $state)) {
                    echo "$limit MiB, OPcache $memory, sizes ", implode(' ', $mib), ": $state\n";
                }
            }
        }
    }
}
array_map('unlink', glob("$folder/*"));
rmdir($folder);

echo "pools with other sizes\n";
$pool = fn(int $mib) => ['php_admin_value[opcache.static_cache.volatile_size_mb]' => "$mib", 'php_admin_value[opcache.static_cache.pinned_size_mb]' => "$mib"];
print_r(under(1000, [...$opcache(128), ...$sizes(8, 8)], ['plain' => [], 'larger' => $pool(40), 'largest' => $pool(400)], $look));
print_r(under(1000, [...$opcache(128), ...$sizes(2000, 2000)], ['plain' => [], 'smaller' => $pool(40), 'off' => $pool(0)], $look));
print_r(under(1000, [...$opcache(128), ...$sizes(0, 0)], ['plain' => [], 'on' => $pool(8)], $look));
?>
--EXPECTF--
pools with other sizes
Array
(
    [plain] => Array
        (
            [0] => works
            [1] => works
        )

    [larger] => Array
        (
            [0] => works
            [1] => works
        )

    [largest] => Array
        (
            [0] => no shared memory for opcache.static_cache.volatile_size_mb=400: %d bytes of address space are reserved, the segment needs %d (ulimit -v, RLIMIT_AS)
            [1] => no shared memory for opcache.static_cache.pinned_size_mb=400: %d bytes of address space are reserved, the segment needs %d (ulimit -v, RLIMIT_AS)
        )

)
Array
(
    [plain] => Array
        (
            [0] => no shared memory for opcache.static_cache.volatile_size_mb=2000: %d bytes of address space are reserved, the segment needs %d (ulimit -v, RLIMIT_AS)
            [1] => no shared memory for opcache.static_cache.pinned_size_mb=2000: %d bytes of address space are reserved, the segment needs %d (ulimit -v, RLIMIT_AS)
        )

    [smaller] => Array
        (
            [0] => works
            [1] => works
        )

    [off] => Array
        (
            [0] => disabled by opcache.static_cache.volatile_size_mb=0
            [1] => disabled by opcache.static_cache.pinned_size_mb=0
        )

)
Array
(
    [plain] => Array
        (
            [0] => disabled by opcache.static_cache.volatile_size_mb=0
            [1] => disabled by opcache.static_cache.pinned_size_mb=0
        )

    [on] => Array
        (
            [0] => no shared memory for opcache.static_cache.volatile_size_mb=8: no address space was reserved at start-up, since it is limited to 1048576000 bytes (ulimit -v, RLIMIT_AS) and php.ini has no sizes above 0
            [1] => no shared memory for opcache.static_cache.pinned_size_mb=8: no address space was reserved at start-up, since it is limited to 1048576000 bytes (ulimit -v, RLIMIT_AS) and php.ini has no sizes above 0
        )

)
