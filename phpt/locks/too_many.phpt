--TEST--
Reservations take an eighth of the memory at most: further ones are refused, values are stored
--EXTENSIONS--
static_cache
--INI--
opcache.static_cache.volatile_size_mb=8
opcache.static_cache.pinned_size_mb=8
--FILE--
<?php
foreach (['volatile', 'pinned'] as $backend) {
    $call = fn(string $name, mixed ...$arguments) => ("OPcache\\{$backend}_$name")(...$arguments);
    $call('store', 'value', ['as' => 'it was']);
    for ($count = 0; $call('lock', "webhook $count", 86_400); $count++);
    echo $backend, ': ', $count > 4000 && $count < 10_000 ? 'some thousands' : $count, "\n";
    try {
        $call('lock', 'another', 86_400, true);
    } catch (OPcache\StaticCacheException $exception) {
        echo preg_replace('/\d{7}/', '#', $exception->getMessage()), "\n";
    }
    // What is reserved already is no further one.
    var_dump($call('lock', 'webhook 0', 10));
    var_dump($call('fetch', 'value'), $call('store', 'large', str_repeat('x', 2_000_000)));
    // Built and stored without a reservation, which is no failure.
    $failures = $call('cache_info')->store_failures;
    var_dump($call('remember', 'built', fn() => 'once'), $call('remember', 'built', fn() => 'twice'));
    var_dump($call('cache_info')->store_failures - $failures);
    // One for one.
    var_dump($call('unlock', 'webhook 1'), $call('lock', 'another'), $call('lock', 'webhook 1'));
    $call('clear');
    var_dump($call('lock', 'webhook 1'));
}
?>
--EXPECT--
volatile: some thousands
volatile cache: key "another" was not reserved: too many reservations: they take # bytes, an eighth of the memory (opcache.static_cache.volatile_size_mb)
bool(true)
array(1) {
  ["as"]=>
  string(6) "it was"
}
bool(true)
string(4) "once"
string(4) "once"
int(0)
bool(true)
bool(true)
bool(false)
bool(true)
pinned: some thousands
pinned cache: key "another" was not reserved: too many reservations: they take # bytes, an eighth of the memory (opcache.static_cache.pinned_size_mb)
bool(true)
array(1) {
  ["as"]=>
  string(6) "it was"
}
bool(true)
string(4) "once"
string(4) "once"
int(0)
bool(true)
bool(true)
bool(false)
bool(true)
