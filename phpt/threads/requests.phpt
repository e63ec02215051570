--TEST--
250 requests at the same time: stores, clearing, resets, and values that are held meanwhile
--EXTENSIONS--
static_cache
--SKIPIF--
<?php
require __DIR__ . '/../helpers/hosts.inc';
if ($why = without_threads()) die("skip $why");
?>
--INI--
opcache.static_cache.volatile_size_mb=8
opcache.static_cache.pinned_size_mb=8
opcache.static_cache.readers=100
--FILE--
<?php
require __DIR__ . '/../helpers/hosts.inc';
// Values say themselves what they must be.
$code = <<<'PHP'
    use function OPcache\{volatile_store, volatile_fetch, volatile_clear, pinned_store, pinned_fetch, pinned_clear, pinned_atomic_increment};

    if (!function_exists('made')) {
        function made(string $key, int $version): array
        {
            return ['key' => $key, 'version' => $version, 'list' => range($version % 50, $version % 50 + 40), 'text' => str_repeat("$key-$version;", 30),
                'deep' => ['a' => ['b' => [$key, (string) $version]]], 'date' => new DateTimeImmutable("@$version")];
        }
    }
    Host\meet();
    $held = [];
    for ($at = 0; $at < 60; $at++) {
        $key = 'k' . mt_rand(1, 20);
        $held[] = match (mt_rand(0, 6)) {
            0, 1 => [volatile_store($key, made($key, mt_rand(1, 1000)), mt_rand(0, 2)), null][1],
            2 => [pinned_store($key, made($key, mt_rand(1, 1000))), null][1],
            3 => volatile_fetch($key),
            4 => pinned_fetch($key),
            5 => match (mt_rand(0, 30)) { 0 => [volatile_clear(), null][1], 1 => [pinned_clear(), null][1], 2 => [RESET, null][1], default => null },
            6 => [pinned_atomic_increment('counter' . mt_rand(1, 3)), null][1],
        };
        if ($at % 10 === 9) {
            foreach ($held as $value) {
                if ($value !== null && $value != made($value['key'], $value['version'])) {
                    Host\add('bad', 1);
                }
            }
        }
    }
    PHP;
// OPcache itself does not survive a reset while other threads run, with or without this extension (see docs/operations.md).
// In "embed" OPcache is not at work before PHP 8.5, and opcache_reset() is ours alone.
$clear = '[volatile_clear(), pinned_clear()]';
$reset = PHP_VERSION_ID >= 80500 && ini_get('opcache.enable') ? $clear : 'opcache_reset()';
foreach (['embed' => $reset, 'frankenphp' => $clear] as $sapi => $reset) {
    echo "$sapi\n", threads($sapi, [str_replace('RESET', $reset, $code)], ['threads' => 250, 'requests' => 4]);
}
?>
--EXPECT--
embed
left descriptors: 0
left mappings: 0
requests: 1000
frankenphp
left descriptors: 0
left mappings: 0
requests: 1000
