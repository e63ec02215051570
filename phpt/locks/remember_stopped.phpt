--TEST--
What a builder returned waits once for a process that is stopped with the key's lock; the request's end releases the key
--EXTENSIONS--
static_cache
--SKIPIF--
<?php
if (!function_exists('pcntl_fork')) die('skip needs pcntl');
if (!function_exists('posix_kill')) die('skip needs posix');
if (!is_readable('/proc/self/syscall')) die('skip needs /proc/self/syscall');
?>
--INI--
opcache.static_cache.volatile_size_mb=8
opcache.static_cache.pinned_size_mb=8
opcache.static_cache.lock_timeout_ms=300
opcache.jit=disable
--FILE--
<?php
require __DIR__ . '/../helpers/child.inc';
require __DIR__ . '/../helpers/compare.inc';

final class asked
{
    public function __serialize(): array
    {
        echo "asked\n";
        return [];
    }

    public function __unserialize(array $data): void {}
}

/** A process that is stopped with the lock of a key that this one has reserved. */
function stopped_with_lock_of(string $backend, string $key): Child
{
    $child = new Child(function (Child $parent) use ($backend, $key) {
        $parent->tell('running');
        for (;;) {
            of($backend, 'lock')($key);
        }
    });
    $child->hear();
    for ($until = hrtime(true) + 60_000_000_000; hrtime(true) < $until;) {
        // Any moment will do, as long as the child gets to run at all.
        $child->awaitRun(mt_rand(0, 500_000));
        $child->stop();
        // It is ours already: refused for want of the lock only.
        if (!of($backend, 'lock')($key)) {
            return $child;
        }
        $child->goOn();
    }
    throw new RuntimeException('it is never stopped with the lock');
}

/** A process that looks whether this one waits for a lock after its store has failed, until it is asked. */
function observer(string $backend): Child
{
    $watched = getmypid();
    $child = new Child(function (Child $parent) use ($backend, $watched) {
        $failures = fn(): int => of($backend, 'cache_info')()->store_failures;
        $before = $failures();
        $parent->tell('looking');
        $asleep = 0;
        // The parent says so when it is back. Many looks in a row: what only tries a lock may be in the same system call for a moment.
        for ($most = 0; !$parent->hasWord(); $most = max($most, $asleep)) {
            $isAsleep = $failures() > $before && preg_match('/^(202|449) /', file_get_contents("/proc/$watched/syscall"));
            $asleep = $isAsleep ? $asleep + 1 : 0;
        }
        $parent->tell(json_encode($most > 50));
    });
    $child->hear();
    return $child;
}

foreach (['volatile', 'pinned'] as $backend) {
    foreach ([7, 'text', [1, [2]], new asked()] as $value) {
        $stopped = $observer = null;
        try {
            of($backend, 'remember')('k', function () use ($backend, $value, &$stopped, &$observer) {
                $stopped = stopped_with_lock_of($backend, 'k');
                $observer = observer($backend);
                return $value;
            }, throw_on_error: true);
        } catch (OPcache\StaticCacheException $e) {
            echo $e->getMessage();
        }
        $observer->tell('done');
        echo '; waited again: ', $observer->hear(), ', ', $observer->join(), "\n";
        $stopped->kill();
        // Kept for what is left of the request.
        $other = new Child(fn() => print(json_encode(of($backend, 'lock')('k'))));
        $other->join();
        echo ' ', json_encode([of($backend, 'exists')('k'), of($backend, 'unlock')('k')]), "\n";
    }
}
?>
--EXPECT--
volatile cache: a lock was not free within 300 ms (opcache.static_cache.lock_timeout_ms) (key "k"); waited again: false, exit 0
false [false,true]
volatile cache: a lock was not free within 300 ms (opcache.static_cache.lock_timeout_ms) (key "k"); waited again: false, exit 0
false [false,true]
volatile cache: a lock was not free within 300 ms (opcache.static_cache.lock_timeout_ms) (key "k"); waited again: false, exit 0
false [false,true]
volatile cache: a lock was not free within 300 ms (opcache.static_cache.lock_timeout_ms) (key "k"); waited again: false, exit 0
false [false,true]
pinned cache: a lock was not free within 300 ms (opcache.static_cache.lock_timeout_ms) (key "k"); waited again: false, exit 0
false [false,true]
pinned cache: a lock was not free within 300 ms (opcache.static_cache.lock_timeout_ms) (key "k"); waited again: false, exit 0
false [false,true]
pinned cache: a lock was not free within 300 ms (opcache.static_cache.lock_timeout_ms) (key "k"); waited again: false, exit 0
false [false,true]
pinned cache: a lock was not free within 300 ms (opcache.static_cache.lock_timeout_ms) (key "k"); waited again: false, exit 0
false [false,true]
