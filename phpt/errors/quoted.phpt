--TEST--
Keys between quotes tell two that differ apart: what is escaped, and the backslash; names of classes are as they are written
--EXTENSIONS--
static_cache
--INI--
opcache.static_cache.pinned_size_mb=8
--FILE--
<?php
namespace App;

use OPcache\{PinnedStatic, StaticCacheException};
use function OPcache\{pinned_add, pinned_atomic_increment, pinned_remember, pinned_store, static_publish};

#[PinnedStatic]
class Large
{
    public static $n = 0;
}
$message = function (callable $fails): string {
    try {
        $fails();
    } catch (StaticCacheException $e) {
        return preg_replace('/\d{4,}/', 'N', $e->getMessage());
    }
};
foreach (["a\nb", 'a\nb', 'a\\\\nb', 'a"b', 'a\"b', 'App\Foo', "\0\\", '$a', '\\'] as $key) {
    pinned_store($key, 'text');
    echo $message(fn() => pinned_atomic_increment($key, 1, true)), "\n";
    echo $message(fn() => pinned_store($key, [STDIN], true)), "\n";
}
echo $message(fn() => pinned_add('none\\', [STDIN], true)), "\n", $message(fn() => pinned_remember('none\\', fn() => [STDIN], true)), "\n";
echo $message(fn() => pinned_store('large\\', str_repeat('x', 20_000_000), true)), "\n";
Large::$n = str_repeat('x', 20_000_000);
echo $message(fn() => static_publish()), "\n";
Large::$n = 0;
?>
--EXPECT--
pinned cache: key "a\nb" holds string, an atomic needs int
pinned cache: $value[0] cannot be stored: it is a resource (key "a\nb")
pinned cache: key "a\\nb" holds string, an atomic needs int
pinned cache: $value[0] cannot be stored: it is a resource (key "a\\nb")
pinned cache: key "a\\\\nb" holds string, an atomic needs int
pinned cache: $value[0] cannot be stored: it is a resource (key "a\\\\nb")
pinned cache: key "a\"b" holds string, an atomic needs int
pinned cache: $value[0] cannot be stored: it is a resource (key "a\"b")
pinned cache: key "a\\\"b" holds string, an atomic needs int
pinned cache: $value[0] cannot be stored: it is a resource (key "a\\\"b")
pinned cache: key "App\\Foo" holds string, an atomic needs int
pinned cache: $value[0] cannot be stored: it is a resource (key "App\\Foo")
pinned cache: key "\x00\\" holds string, an atomic needs int
pinned cache: $value[0] cannot be stored: it is a resource (key "\x00\\")
pinned cache: key "$a" holds string, an atomic needs int
pinned cache: $value[0] cannot be stored: it is a resource (key "$a")
pinned cache: key "\\" holds string, an atomic needs int
pinned cache: $value[0] cannot be stored: it is a resource (key "\\")
pinned cache: $value[0] cannot be stored: it is a resource (key "none\\")
pinned cache: $value[0] cannot be stored: it is a resource (key "none\\")
pinned cache: no memory for N bytes (key "large\\"): N bytes free, largest block N bytes (opcache.static_cache.pinned_size_mb)
App\Large was not published: pinned cache: no memory for N bytes (key "App\Large"): N bytes free, largest block N bytes (opcache.static_cache.pinned_size_mb); most of it is App\Large::$n
