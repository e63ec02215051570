--TEST--
What an internal class's own method refuses to serialise cannot be stored: false, or StaticCacheException with the path
--EXTENSIONS--
static_cache
--INI--
opcache.static_cache.volatile_size_mb=8
opcache.static_cache.pinned_size_mb=8
--FILE--
<?php
class Unfinished extends DateTime { public function __construct() {} }
class Own extends DateTimeImmutable
{
    public function __construct() {}
    public function __serialize(): array { return parent::__serialize(); }
}
class Throws
{
    public function __serialize(): array { throw new LogicException('mine'); }
}
class Calls
{
    public $context;
    public function __serialize(): array { return serialize($this->context); }
}
$calls = new Calls;
$calls->context = hash_init('sha256', HASH_HMAC, 'key');
$values = [
    'context' => ['h' => $calls->context],
    'date' => [1, [new Unfinished]],
    'own method' => new Own,
    'throws' => new Throws,
    'calls' => $calls,
];
foreach ($values as $name => $value) {
    foreach ([false, true] as $throw) {
        try {
            $stored = OPcache\pinned_store($name, $value, $throw);
            echo "$name: ", json_encode($stored), "\n";
        } catch (Throwable $e) {
            echo "$name: ", get_class($e), ': ', $e->getMessage(), $e->getPrevious() ? ' (previous)' : '', "\n";
        }
    }
}
var_dump(OPcache\volatile_store_array(['one' => 1, 'two' => ['h' => hash_init('md5', HASH_HMAC, 'key')]]), OPcache\volatile_exists('one'));
try {
    OPcache\volatile_remember('k', fn() => new Unfinished, throw_on_error: true);
} catch (Throwable $e) {
    echo get_class($e), "\n";
}
set_error_handler(function (int $level, string $message) {
    throw new ErrorException("handler: $message");
});
#[OPcache\PinnedStatic] class S { static $x; }
S::$x = ['deep' => new Unfinished];
try {
    OPcache\static_publish();
} catch (Throwable $e) {
    echo get_class($e), ': ', $e->getMessage(), "\n";
}
S::$x = null;
?>
--EXPECTF--
context: false
context: OPcache\StaticCacheException: pinned cache: $value['h'] cannot be stored: HashContext with HASH_HMAC option cannot be serialized (key "context")
date: false
date: OPcache\StaticCacheException: pinned cache: $value[1][0] cannot be stored: %s has not been correctly initialized by %s (key "date")
own method: %rError|DateObjectError%r: %s has not been correctly initialized by %s
own method: %rError|DateObjectError%r: %s has not been correctly initialized by %s
throws: LogicException: mine
throws: LogicException: mine
calls: Exception: HashContext with HASH_HMAC option cannot be serialized
calls: Exception: HashContext with HASH_HMAC option cannot be serialized
bool(false)
bool(false)
OPcache\StaticCacheException
OPcache\StaticCacheException: S was not published: pinned cache: S::$x['deep'] cannot be stored: %s has not been correctly initialized by %s
