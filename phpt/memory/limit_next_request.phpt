--TEST--
A request that ended at the memory limit leaves nothing behind for the next one of its process
--EXTENSIONS--
static_cache
--SKIPIF--
<?php
// That server allocates for its own log after the request, while the script's limit still counts, and ends if it may not.
if (PHP_VERSION_ID >= 80300 && ini_get('opcache.enable')) die('skip the built-in server does not survive the limit');
?>
--FILE--
<?php
require __DIR__ . '/../helpers/server.inc';
// One process serves all requests; memory is counted to the byte there.
$server = new Server(<<<'PHP'
    <?php
    require $_SERVER['DOCUMENT_ROOT'] . '/clean.inc';
    function tangled(): array
    {
        $value = ['shared' => str_repeat('s', 100)];
        for ($at = 0; $at < 8; $at++) {
            $value["part$at"] = ['up' => &$value, 'shared' => &$value['shared'], 'own' => ['x' => $at]];
        }
        return $value;
    }
    $calls = [
        'fetch' => fn() => OPcache\volatile_fetch('tangled'),
        'fetch_array' => fn() => OPcache\pinned_fetch_array(['a', 'tangled', 'c', 5, 'none', 'tangled'], ['default']),
        'keys' => fn() => OPcache\pinned_keys(),
        'cache_info' => fn() => OPcache\volatile_cache_info(),
        'remember' => fn() => OPcache\volatile_remember('k', function () {
            OPcache\pinned_lock('other', 1000) && OPcache\pinned_unlock('other');
            return OPcache\pinned_remember('inner', fn() => [tangled(), OPcache\volatile_fetch('tangled')]);
        }),
        'handler' => function () {
            set_error_handler(fn(int $kind, string $text) => OPcache\pinned_lock('message') && OPcache\volatile_fetch('tangled'));
            return OPcache\pinned_atomic_increment('most');
        },
    ];
    if ($_GET['do'] === 'look') {
        echo json_encode(left_behind(['k', 'inner', 'other', 'message']));
    } elseif ($_GET['do'] === 'prepare') {
        foreach (['volatile', 'pinned'] as $backend) {
            ("OPcache\\{$backend}_store")('tangled', tangled());
            ("OPcache\\{$backend}_store_array")(['a' => 1, 'c' => 'text', 5 => [], '6' => 2.5, 'most' => PHP_INT_MAX]);
        }
    } else {
        $filler = str_repeat('x', 2 << 20);
        register_shutdown_function(function () {
            OPcache\volatile_fetch('tangled');
            OPcache\volatile_lock('k');
            OPcache\volatile_store('from shutdown', 1);
        });
        ini_set('memory_limit', (string) (memory_get_usage() + 512 + (int) $_GET['bytes']));
        $calls[$_GET['do']]();
        ini_set('memory_limit', '-1');
        echo 'whole';
    }
    PHP,
    ['clean.inc' => file_get_contents(__DIR__ . '/../helpers/clean.inc')],
    1,
    ['USE_ZEND_ALLOC' => '0', 'USE_TRACKED_ALLOC' => '1'],
    ['-d', 'memory_limit=-1', '-d', 'display_errors=1'],
);
foreach (['fetch', 'fetch_array', 'keys', 'cache_info', 'remember', 'handler'] as $do) {
    for ($limits = 0;; $limits++) {
        $server->get('?do=prepare');
        $said = $server->get("?do=$do&bytes=" . $limits * 272);
        $left = $server->get('?do=look');
        if ($left !== '[]') {
            echo "$do, limit $limits: $said\nleft behind: $left\n";
            break 2;
        }
        if ($said === 'whole') {
            break;
        }
        if (!str_contains($said, 'Fatal error')) {
            echo "$do, limit $limits: $said\n";
            break 2;
        }
    }
    echo "$do: $limits limits, then whole\n";
}
?>
--EXPECTF--
fetch: %r[1-9][0-9]*%r limits, then whole
fetch_array: %r[1-9][0-9]*%r limits, then whole
keys: %r[1-9][0-9]*%r limits, then whole
cache_info: %r[1-9][0-9]*%r limits, then whole
remember: %r[1-9][0-9]*%r limits, then whole
handler: %r[1-9][0-9]*%r limits, then whole
