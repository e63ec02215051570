--TEST--
*_remember: what a builder returns is the caller's own, can be stored or not, and looking for a builder keeps nothing
--EXTENSIONS--
static_cache
--FILE--
<?php
use OPcache\StaticCacheException;

class Registry
{
    public static mixed $value = 5;

    public static function &byReference(): mixed
    {
        return self::$value;
    }

    public function __call(string $name, array $arguments): string
    {
        return $name;
    }

    public static function __callStatic(string $name, array $arguments): string
    {
        return "static {$name}";
    }
}

// Often enough to be compiled, where there is a JIT.
function change(string $cache, int $n): mixed
{
    $result = ("OPcache\\{$cache}_remember")("reference{$n}", [Registry::class, 'byReference']);
    if (is_array($result)) {
        $result[] = 'more';
    } else {
        $result .= 'x';
    }
    return $result;
}

foreach (['volatile', 'pinned'] as $cache) {
    $remember = "OPcache\\{$cache}_remember";
    foreach ([5, 'text', [1, 2]] as $value) {
        Registry::$value = $value;
        for ($n = 0; $n < 200; ++$n) {
            $last = change($cache, $n);
            ("OPcache\\{$cache}_delete")("reference{$n}");
        }
        echo json_encode([Registry::$value, $last]), "\n";
    }

    // A builder that `__call` answers.
    foreach ([[new Registry(), 'built'], 'Registry::built'] as $build) {
        echo $remember('magic', $build), "\n";
        $before = memory_get_usage();
        for ($n = 0; $n < 1000; ++$n) {
            $remember('magic', $build);
        }
        echo memory_get_usage() - $before < 1000 ? "kept nothing\n" : "KEPT SOMETHING\n";
        ("OPcache\\{$cache}_delete")('magic');
    }

    // Results that cannot be stored are returned all the same, but for those of the wrong type.
    $ttl = $cache === 'volatile' ? [0] : [];
    foreach (['closure' => fn () => fn () => 1, 'resource' => fn () => STDIN, 'inside' => fn () => [fn () => 1]] as $what => $build) {
        foreach ([false, true] as $throw) {
            try {
                echo get_debug_type($remember($what, $build, ...[...$ttl, $throw])), "\n";
            } catch (StaticCacheException|TypeError $e) {
                echo get_class($e), ': ', $e->getMessage(), "\n";
            }
        }
        // Nobody has reserved it.
        var_dump(("OPcache\\{$cache}_store")($what, 1));
    }
}
?>
--EXPECT--
[5,"5x"]
["text","textx"]
[[1,2],[1,2,"more"]]
built
kept nothing
static built
kept nothing
TypeError: OPcache\volatile_remember(): Argument #2 ($build) must return null|bool|int|float|string|array|object, Closure returned
TypeError: OPcache\volatile_remember(): Argument #2 ($build) must return null|bool|int|float|string|array|object, Closure returned
bool(true)
TypeError: OPcache\volatile_remember(): Argument #2 ($build) must return null|bool|int|float|string|array|object, resource returned
TypeError: OPcache\volatile_remember(): Argument #2 ($build) must return null|bool|int|float|string|array|object, resource returned
bool(true)
array
OPcache\StaticCacheException: volatile cache: $value[0] cannot be stored: it is a Closure (key "inside")
bool(true)
[5,"5x"]
["text","textx"]
[[1,2],[1,2,"more"]]
built
kept nothing
static built
kept nothing
TypeError: OPcache\pinned_remember(): Argument #2 ($build) must return null|bool|int|float|string|array|object, Closure returned
TypeError: OPcache\pinned_remember(): Argument #2 ($build) must return null|bool|int|float|string|array|object, Closure returned
bool(true)
TypeError: OPcache\pinned_remember(): Argument #2 ($build) must return null|bool|int|float|string|array|object, resource returned
TypeError: OPcache\pinned_remember(): Argument #2 ($build) must return null|bool|int|float|string|array|object, resource returned
bool(true)
array
OPcache\StaticCacheException: pinned cache: $value[0] cannot be stored: it is a Closure (key "inside")
bool(true)
