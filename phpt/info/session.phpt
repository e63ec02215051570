--TEST--
phpinfo() and opcache_get_status() say the same as *_cache_info(): what the request keeps for its next stores is not in use
--EXTENSIONS--
static_cache
--FILE--
<?php
$members = ['used_memory', 'free_memory', 'largest_free_block', 'retired_memory', 'mutation_epoch', 'stores'];
function shown(string $backend): array
{
    global $members;
    ob_start();
    phpinfo(INFO_MODULES);
    $part = explode("\n$backend cache => now", ob_get_clean())[1];
    foreach ($members as $name) {
        preg_match("/^$name => (\d+)/m", $part, $found);
        $shown[$name] = (int) $found[1];
    }
    return $shown;
}
function told(object $info): array
{
    global $members;
    return array_intersect_key((array) $info, array_flip($members));
}
function sorted(array $figures): array
{
    ksort($figures);
    return $figures;
}
foreach (['volatile', 'pinned'] as $backend) {
    [$store, $delete, $info] = ["OPcache\\{$backend}_store", "OPcache\\{$backend}_delete", "OPcache\\{$backend}_cache_info"];
    $change = function () use ($store, $delete) {
        $store('a', str_repeat('x', 5000));
        $store('a', str_repeat('y', 4000));
        $delete('a');
    };
    $change();
    var_dump(sorted(shown($backend)) === sorted(told($info())));
    if (function_exists('opcache_get_status') && $status = opcache_get_status(false)) {
        $change();
        $status = opcache_get_status(false)["{$backend}_cache"];
        var_dump($status == $info());
    } else {
        var_dump(true);
    }
}
?>
--EXPECT--
bool(true)
bool(true)
bool(true)
bool(true)
