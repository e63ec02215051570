--TEST--
A callable that is deprecated is said to be once, and a handler that throws ends the call
--EXTENSIONS--
static_cache
--FILE--
<?php
class Builder
{
    public static function build(): string
    {
        return 'built';
    }

    public static function remember(string $key): mixed
    {
        return OPcache\pinned_remember($key, ['self', 'build']);
    }
}
set_error_handler(function (int $level, string $message): bool {
    echo "$message\n";
    return true;
});
echo Builder::remember('k'), "\n";
echo Builder::remember('k'), "\n";
set_error_handler(fn (int $level, string $message) => throw new ErrorException($message));
foreach (['k', 'none'] as $key) {
    try {
        echo Builder::remember($key), "\n";
    } catch (ErrorException $e) {
        echo get_class($e), ': ', $e->getMessage(), "\n";
    }
    var_dump(OPcache\pinned_exists($key), OPcache\pinned_lock($key), OPcache\pinned_unlock($key));
}
?>
--EXPECT--
Use of "self" in callables is deprecated
built
Use of "self" in callables is deprecated
built
ErrorException: Use of "self" in callables is deprecated
bool(true)
bool(true)
bool(true)
ErrorException: Use of "self" in callables is deprecated
bool(false)
bool(true)
bool(true)
