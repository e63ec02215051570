--TEST--
Paths in messages are as long as they are useful, and have no control characters
--EXTENSIONS--
static_cache
--FILE--
<?php
function message(mixed $value): string
{
    try {
        OPcache\pinned_store('k', $value, true);
    } catch (OPcache\StaticCacheException $e) {
        return $e->getMessage();
    }
}
$deep = fn() => 1;
for ($level = 0; $level < 50_000; $level++) {
    $deep = [$deep];
}
var_dump(strlen($message = message($deep)) < 1200, str_starts_with($message, 'pinned cache: $value[0][0]'), str_ends_with($message, '[0][0] cannot be stored: it is a Closure (key "k")'));
foreach ([str_repeat('k', 300), str_repeat('ü', 100), "a\0b\n\"\$\x80", "it's \\ \"", 'ü'] as $key) {
    echo message([$key => [fn() => 1]]), "\n", message((object) [$key => fn() => 1]), "\n";
    try {
        OPcache\pinned_store_array([$key => [fn() => 1]], true);
    } catch (OPcache\StaticCacheException $e) {
        echo $e->getMessage(), "\n";
    }
    OPcache\pinned_store($key, 'text');
    try {
        OPcache\pinned_atomic_increment($key, 1, true);
    } catch (OPcache\StaticCacheException $e) {
        echo $e->getMessage(), "\n";
    }
}
?>
--EXPECT--
bool(true)
bool(true)
bool(true)
pinned cache: $value['kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk...'][0] cannot be stored: it is a Closure (key "k")
pinned cache: $value->{'kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk...'} cannot be stored: it is a Closure (key "k")
pinned cache: $values['kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk...'][0] cannot be stored: it is a Closure
pinned cache: key "kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk..." holds string, an atomic needs int
pinned cache: $value['üüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüü...'][0] cannot be stored: it is a Closure (key "k")
pinned cache: $value->{'üüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüü...'} cannot be stored: it is a Closure (key "k")
pinned cache: $values['üüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüü...'][0] cannot be stored: it is a Closure
pinned cache: key "üüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüü..." holds string, an atomic needs int
pinned cache: $value["a\x00b\n\"\$\x80"][0] cannot be stored: it is a Closure (key "k")
pinned cache: $value->{"b\n\"\$\x80"} cannot be stored: it is a Closure (key "k")
pinned cache: $values["a\x00b\n\"\$\x80"][0] cannot be stored: it is a Closure
pinned cache: key "a\x00b\n\"\$\x80" holds string, an atomic needs int
pinned cache: $value['it\'s \\ "'][0] cannot be stored: it is a Closure (key "k")
pinned cache: $value->{'it\'s \\ "'} cannot be stored: it is a Closure (key "k")
pinned cache: $values['it\'s \\ "'][0] cannot be stored: it is a Closure
pinned cache: key "it's \\ \"" holds string, an atomic needs int
pinned cache: $value['ü'][0] cannot be stored: it is a Closure (key "k")
pinned cache: $value->ü cannot be stored: it is a Closure (key "k")
pinned cache: $values['ü'][0] cannot be stored: it is a Closure
pinned cache: key "ü" holds string, an atomic needs int
