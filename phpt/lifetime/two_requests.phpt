--TEST--
Memory of a request comes back when it ends
--EXTENSIONS--
static_cache
--INI--
opcache.static_cache.volatile_size_mb=8
opcache.static_cache.pinned_size_mb=8
--FILE--
<?php
require __DIR__ . '/../helpers/server.inc';
$server = new Server(<<<'PHP'
    <?php
    switch ($_GET['do']) {
        case 'store':
            OPcache\volatile_store('v', range(1, 10_000));
            break;
        case 'hold':
            $value = OPcache\volatile_fetch('v');
            OPcache\volatile_store('v', 'other');
            $info = OPcache\volatile_cache_info();
            echo $info->retired_memory > 150_000 ? 'held' : 'not held', ' by ', $info->active_readers;
            break;
        case 'look':
            $info = OPcache\volatile_cache_info();
            echo $info->retired_memory, ' held by ', $info->active_readers;
            break;
    }
    PHP);
foreach (['store', 'hold', 'look'] as $do) {
    echo $do, ': ', $server->get("?do=$do"), "\n";
}
?>
--EXPECT--
store: 
hold: held by 1
look: 0 held by 0
