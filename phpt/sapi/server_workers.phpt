--TEST--
The workers of php -S share one cache
--EXTENSIONS--
static_cache
--INI--
opcache.static_cache.volatile_size_mb=8
opcache.static_cache.pinned_size_mb=8
--FILE--
<?php
require __DIR__ . '/../helpers/server.inc';
$server = new Server('<?php
    if ($_GET["do"] === "store") { OPcache\volatile_store("who", [getmypid()]); }
    usleep(20_000);
    echo json_encode([getmypid(), OPcache\volatile_fetch("who")[0] ?? null, OPcache\pinned_atomic_increment("n")]);
', workers: 2);
[$writer] = json_decode($server->get('?do=store'));
$readers = [];
for ($round = 0; $round < 50 && count($readers) < 2; $round++) {
    foreach ($server->together(['?do=look', '?do=look', '?do=look']) as $answer) {
        [$pid, $stored] = json_decode($answer);
        $readers[$pid] = $stored;
    }
}
var_dump(count($readers) >= 2, array_unique(array_values($readers)) === [$writer]);
?>
--EXPECT--
bool(true)
bool(true)
