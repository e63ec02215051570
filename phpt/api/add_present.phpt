--TEST--
Adding under a key that has an entry is no failure, makes no room and asks nobody, whatever the value
--EXTENSIONS--
static_cache
--INI--
opcache.static_cache.volatile_size_mb=8
opcache.static_cache.pinned_size_mb=8
--FILE--
<?php
class Asked { public function __serialize(): array { echo "asked\n"; return []; } }
foreach (['volatile', 'pinned'] as $cache) {
    [$store, $add, $info] = ["OPcache\\{$cache}_store", "OPcache\\{$cache}_add", "OPcache\\{$cache}_cache_info"];
    for ($at = 0; $at < 700; $at++) {
        $store("filler$at", str_repeat('x', 10_000));
    }
    $store('present', 'first');
    $before = $info();
    foreach ([str_repeat('x', 6 << 20), str_repeat('x', 20 << 20), [fn() => 1], new Asked(), ['x' => [STDIN]], 7] as $value) {
        var_dump($add('present', $value, throw_on_error: true));
    }
    $after = $info();
    var_dump($after->evictions - $before->evictions, $after->store_failures - $before->store_failures, $after->entry_count - $before->entry_count);
    var_dump(("OPcache\\{$cache}_fetch")('present'));
    foreach ([[fn() => 1], str_repeat('x', 20 << 20)] as $value) {
        try {
            $add('absent', $value, throw_on_error: true);
        } catch (OPcache\StaticCacheException $e) {
            echo preg_replace('/\d{3,}/', 'N', $e->getMessage()), "\n";
        }
    }
    var_dump($add('absent', new Asked()), $add('absent', new Asked()));
}
?>
--EXPECTF--
bool(false)
bool(false)
bool(false)
bool(false)
bool(false)
bool(false)
int(0)
int(0)
int(0)
string(5) "first"
volatile cache: $value[0] cannot be stored: it is a Closure (key "absent")
volatile cache: no memory for N bytes (key "absent")%s
asked
bool(true)
bool(false)
bool(false)
bool(false)
bool(false)
bool(false)
bool(false)
bool(false)
int(0)
int(0)
int(0)
string(5) "first"
pinned cache: $value[0] cannot be stored: it is a Closure (key "absent")
pinned cache: no memory for N bytes (key "absent")%s
asked
bool(true)
bool(false)
