<?php

/**
 * Everything that the extension static_cache declares, for editors and static analysis.
 *
 * Checked against the built module by stubs/check.php; docs/semantics.md says what is promised beyond signatures. A function
 * that fails returns false (or $default) unless $throw_on_error is set; then it throws StaticCacheException. Wrong arguments
 * always throw: \ValueError for an empty key, a key of more than 65,535 bytes or a negative $ttl, $lease or $limit, \TypeError
 * for a wrong type.
 */

namespace OPcache;

/** Why a call with $throw_on_error failed: the message names the backend, the key or part, and the cause. */
class StaticCacheException extends \Exception
{
}

/** The state of one backend in the running process's partition. Sizes are in bytes, counts since the partition's start. */
final readonly class StaticCacheInfo
{
    /** Has a size, and starting it did not fail. */
    public bool $enabled;
    /** Can be used now. */
    public bool $available;
    /** Should be available, but starting it failed. */
    public bool $startup_failed;
    /** Its memory is there. */
    public bool $backend_initialized;
    /** Memory for entries, from the size directive. */
    public int $configured_memory;
    /** Address space mapped: the above and bookkeeping, which uses memory only where it is touched. */
    public int $shared_memory;
    /** Entries of static state and expired ones that nobody has met yet included: not the count of *_keys(). */
    public int $entry_count;
    /** 1, or 0 where it has no memory. */
    public int $segment_count;
    /** Who shares the cache: "fpm pool", "process", "process group" or "none". */
    public string $shared_model;
    /** Why it is not available. */
    public ?string $failure_reason;
    /** Name of the partition: the SAPI's, and the pool's in PHP-FPM ("fpm-fcgi:shop"), else the number of the first process ("cli:4711"). */
    public string $partition;
    /** Memory of entries, with their headers, and of reservations: 112 bytes and the key's, in steps of 16, each. */
    public int $used_memory;
    public int $free_memory;
    /** The largest piece of it. Smaller pieces are put together when a store needs it. */
    public int $largest_free_block;
    /** Memory of replaced and deleted entries that requests still read. */
    public int $retired_memory;
    /** Keys that *_fetch(), *_fetch_array() and *_remember() found, and static state that was restored. *_exists() and volatile_touch() count nowhere. */
    public int $hits;
    /** Those that they did not find, or whose class is gone or has changed. */
    public int $misses;
    /** Entries stored or replaced, also by *_add(), an atomic or a publication of static state. */
    public int $stores;
    /** Entries that made room for others. */
    public int $evictions;
    /** Entries removed after they had expired. */
    public int $expired;
    /** Stores and atomics that failed: no memory, a value that cannot be stored, an atomic's wrong type, a lock or another's reservation. Also *_lock() where reservations take too much. */
    public int $store_failures;
    /** Static state that could not be stored: a warning, or an exception of static_publish(), said which. */
    public int $publish_failures;
    /** Repairs after a process was killed inside a lock. */
    public int $recoveries;
    /** Requests that may keep fetched memory now: that have found a value, if only an int, and not given it back (static_quiesce()). */
    public int $active_readers;
    /** Of those, requests that found no reader slot with a pin list (opcache.static_cache.readers). */
    public int $overflow_readers;
    /** Goes up with each change. */
    public int $mutation_epoch;

    private function __construct() {}
}

/**
 * Static state that survives requests, in the pinned backend: of a class all static properties that it declares itself and the static
 * variables of its methods, of a property itself, of a method its static variables.
 *
 * What was changed is published at the request's end, see static_publish(); each request begins with what was published
 * last. A property's or method's own attribute goes before the class's.
 *
 * @example #[\OPcache\PinnedStatic] final class Routes { public static array $table = []; }
 */
#[\Attribute(\Attribute::TARGET_CLASS | \Attribute::TARGET_PROPERTY | \Attribute::TARGET_METHOD)]
final class PinnedStatic
{
}

/**
 * The same in the volatile backend: state may be evicted, or expire; then statics are as declared.
 *
 * @example class Prices { #[\OPcache\VolatileStatic(ttl: 300)] private static array $known = []; }
 */
#[\Attribute(\Attribute::TARGET_CLASS | \Attribute::TARGET_PROPERTY | \Attribute::TARGET_METHOD)]
final class VolatileStatic
{
    /** Seconds to live from each publication on; 0: no limit. */
    public readonly int $ttl;
    /** What counts as a change. */
    public readonly CacheStrategy $strategy;

    public function __construct(int $ttl = 0, CacheStrategy $strategy = CacheStrategy::Immediate) {}
}

/** What counts as a change of static state. */
enum CacheStrategy: int
{
    /** Assigning a static, and writing through it to an array. */
    case Immediate = 0;
    /** Also changing an object where it is. Costs a look at all that the statics lead to, twice per request. */
    case Tracking = 1;
}

/**
 * Stores a value. Makes room by evicting entries that were not read lately.
 *
 * @param string $key 1 to 65,535 bytes, any bytes.
 * @param mixed $value Null, bool, int, float, string, array or object; no resource or Closure, anywhere inside.
 * @param int $ttl Seconds to live, from now; 0: no limit.
 * @param bool $throw_on_error Throw instead of returning false.
 * @return bool True when stored.
 * @throws \ValueError If $key is empty or longer than 65,535 bytes, or $ttl is negative.
 * @throws \TypeError If $value is a resource or a Closure.
 * @throws StaticCacheException With $throw_on_error, if the value cannot be stored, there is no memory, another
 *     request keeps the key reserved, a lock is not free in time, or the backend is unavailable.
 * @example \OPcache\volatile_store('routes', $routes);
 */
function volatile_store(string $key, mixed $value, int $ttl = 0, bool $throw_on_error = false): bool {}

/**
 * Stores several values, all or none. Evicts nothing for values that have no room together in an empty cache.
 *
 * @param array<int|string, mixed> $values Key => value; int keys count as their decimal string.
 * @param int $ttl Seconds to live, from now; 0: no limit.
 * @param bool $throw_on_error Throw instead of returning false.
 * @return bool True when all were stored.
 * @throws \ValueError If a key is empty or longer than 65,535 bytes, or $ttl is negative; nothing is stored then.
 * @throws \TypeError If one of the values is a resource or a Closure; nothing is stored then, and no object asked.
 * @throws StaticCacheException With $throw_on_error, if a value cannot be stored, there is no memory, another
 *     request keeps a key reserved, a lock is not free in time, or the backend is unavailable.
 * @example \OPcache\volatile_store_array(['a' => 1, 'b' => [2, 3]]);
 */
function volatile_store_array(array $values, int $ttl = 0, bool $throw_on_error = false): bool {}

/**
 * Fetches a value. Arrays and strings are used where they lie in shared memory; changing them copies first, as always.
 *
 * @param string $key 1 to 65,535 bytes, any bytes.
 * @param mixed $default Returned when there is no such entry or the backend is unavailable.
 * @param bool $throw_on_error Throw when the backend is unavailable (a miss is no error).
 * @return mixed The value; $default on a miss or when the backend is unavailable.
 * @throws \ValueError If $key is empty or longer than 65,535 bytes.
 * @throws StaticCacheException With $throw_on_error, if the backend is unavailable.
 * @example $routes = \OPcache\volatile_fetch('routes') ?? build_routes();
 */
function volatile_fetch(string $key, mixed $default = null, bool $throw_on_error = false): mixed {}

/**
 * Fetches several values: every requested key in the order asked, with its value or $default.
 *
 * @param array<int|string> $keys Strings and ints (as their decimal string).
 * @param ?array<mixed> $default The whole array stands for each key without an entry.
 * @param bool $throw_on_error Throw when the backend is unavailable.
 * @return array<mixed> Each requested key, in the order asked, with its value or $default; [] for [].
 * @throws \ValueError|\TypeError If a key is empty, longer than 65,535 bytes, or neither string nor int; nothing is
 *     done then.
 * @throws StaticCacheException With $throw_on_error, if the backend is unavailable.
 * @example ['a' => $a, 'b' => $b] = \OPcache\volatile_fetch_array(['a', 'b']);
 */
function volatile_fetch_array(array $keys, ?array $default = null, bool $throw_on_error = false): array {}

/**
 * Says whether there is an entry. One whose class is gone or has changed is one until a fetch drops it.
 *
 * @param string $key 1 to 65,535 bytes, any bytes.
 * @param bool $throw_on_error Throw instead of returning false.
 * @return bool True when there is one that has not expired.
 * @throws \ValueError If $key is empty or longer than 65,535 bytes.
 * @throws StaticCacheException With $throw_on_error, if the backend is unavailable.
 * @example if (!\OPcache\volatile_exists('warm')) { warm_up(); }
 */
function volatile_exists(string $key, bool $throw_on_error = false): bool {}

/**
 * Reserves a key for this request, until it stores or increments the key, unlocks it or ends, or anybody deletes the key. Never waits.
 *
 * Others' stores of the key wait meanwhile, at most opcache.static_cache.lock_timeout_ms.
 *
 * @param string $key 1 to 65,535 bytes, any bytes.
 * @param int $lease Seconds for which the reservation outlives the request; 0: it does not.
 * @param bool $throw_on_error Throw instead of returning false.
 * @return bool True when this request holds it (now or already), false when another does.
 * @throws \ValueError If $key is empty or longer than 65,535 bytes, or $lease is negative.
 * @throws StaticCacheException With $throw_on_error, if there is no memory or reservations take an eighth of it, a lock
 *     is not free in time, or the backend is unavailable.
 * @example if (\OPcache\volatile_lock('report')) { \OPcache\volatile_store('report', build()); }
 */
function volatile_lock(string $key, int $lease = 0, bool $throw_on_error = false): bool {}

/**
 * Gives a reservation up.
 *
 * @param string $key 1 to 65,535 bytes, any bytes.
 * @param bool $throw_on_error Throw instead of returning false.
 * @return bool True when this request held it.
 * @throws \ValueError If $key is empty or longer than 65,535 bytes.
 * @throws StaticCacheException With $throw_on_error, if a lock is not free in time, or the backend is unavailable.
 * @example \OPcache\volatile_unlock('report');
 */
function volatile_unlock(string $key, bool $throw_on_error = false): bool {}

/**
 * Deletes an entry, and the static state of a class of that name. Loads no class.
 *
 * @param string $key_or_class A key, or a class name in any case, with or without leading backslash.
 * @param bool $throw_on_error Throw instead of returning false.
 * @return bool True unless a lock is not free in time, or the backend is unavailable.
 * @throws \ValueError If $key_or_class is empty or longer than 65,535 bytes.
 * @throws StaticCacheException With $throw_on_error, if a lock is not free in time, or the backend is unavailable.
 * @example \OPcache\volatile_delete('routes');
 */
function volatile_delete(string $key_or_class, bool $throw_on_error = false): bool {}

/**
 * Deletes several entries, as volatile_delete() does.
 *
 * @param array<int|string> $keys Strings and ints (as their decimal string).
 * @param bool $throw_on_error Throw instead of returning false.
 * @return bool True unless a lock is not free in time (the others are deleted then), or the backend is unavailable.
 * @throws \ValueError|\TypeError If a key is empty, longer than 65,535 bytes, or neither string nor int; nothing is
 *     done then.
 * @throws StaticCacheException With $throw_on_error, if a lock is not free in time, or the backend is unavailable.
 * @example \OPcache\volatile_delete_array(['a', 'b']);
 */
function volatile_delete_array(array $keys, bool $throw_on_error = false): bool {}

/**
 * Deletes everything in this backend of the partition. What requests have fetched stays valid for them.
 *
 * A script that opcache.restrict_api keeps out gets a warning and false, also with $throw_on_error.
 *
 * @param bool $throw_on_error Throw instead of returning false.
 * @return bool True unless a lock is not free in time (nothing is deleted then), or the backend is unavailable.
 * @throws StaticCacheException With $throw_on_error, if a lock is not free in time, or the backend is unavailable.
 * @example \OPcache\volatile_clear();
 */
function volatile_clear(bool $throw_on_error = false): bool {}

/**
 * The backend's state.
 *
 * @return StaticCacheInfo A snapshot.
 * @throws StaticCacheException If opcache.restrict_api keeps the script out.
 * @example echo \OPcache\volatile_cache_info()->used_memory;
 */
function volatile_cache_info(): StaticCacheInfo {}

/**
 * Stores a value unless there is one.
 *
 * @param string $key 1 to 65,535 bytes, any bytes.
 * @param mixed $value As for volatile_store().
 * @param int $ttl Seconds to live, from now; 0: no limit.
 * @param bool $throw_on_error Throw instead of returning false.
 * @return bool True when stored; false, without an exception, when the key has an entry.
 * @throws \ValueError If $key is empty or longer than 65,535 bytes, or $ttl is negative.
 * @throws \TypeError If $value is a resource or a Closure.
 * @throws StaticCacheException With $throw_on_error, if the value cannot be stored, there is no memory, another
 *     request keeps the key reserved, a lock is not free in time, or the backend is unavailable.
 * @example \OPcache\volatile_add('first', getmypid());
 */
function volatile_add(string $key, mixed $value, int $ttl = 0, bool $throw_on_error = false): bool {}

/**
 * Fetches a value, or builds and stores it: one request builds while the others wait for its result.
 *
 * Who has waited opcache.static_cache.lock_timeout_ms builds for itself and stores nothing. An exception of $build
 * passes through; nothing is stored then. Nor is a value whose key was deleted, cleared or stored while $build made it:
 * it may be out of date, and is only returned.
 *
 * @template T
 * @param string $key 1 to 65,535 bytes, any bytes.
 * @param callable(): T $build Called without arguments; returns the value.
 * @param int $ttl Seconds to live, from now; 0: no limit.
 * @param bool $throw_on_error Throw when the backend is unavailable or the value cannot be stored.
 * @return T The stored value, or what $build returned.
 * @throws \ValueError If $key is empty or longer than 65,535 bytes, or $ttl is negative.
 * @throws \TypeError If $build returns a resource or a Closure.
 * @throws StaticCacheException With $throw_on_error, if the value cannot be stored, a lock is not free in time, or the
 *     backend is unavailable.
 * @example $routes = \OPcache\volatile_remember('routes', fn() => build_routes());
 */
function volatile_remember(string $key, callable $build, int $ttl = 0, bool $throw_on_error = false): mixed {}

/**
 * The keys that begin with $prefix. Keeps nobody from writing. Keys of attribute state are not among them.
 *
 * A script that opcache.restrict_api keeps out gets a warning and [].
 *
 * @param string $prefix Any bytes; '': all entries.
 * @param int $limit At most so many keys; 0: all.
 * @return list<string> In no particular order.
 * @throws \ValueError If $limit is negative.
 * @example foreach (\OPcache\volatile_keys('user.') as $key) { echo $key; }
 */
function volatile_keys(string $prefix = '', int $limit = 0): array {}

/**
 * Deletes the entries whose keys begin with $prefix.
 *
 * A script that opcache.restrict_api keeps out gets a warning and 0. Entries whose locks are not free in time (another process is
 * stopped in the middle of a store) are left out, with a warning.
 *
 * @param string $prefix Any bytes; '': all entries.
 * @return int How many were deleted.
 * @example \OPcache\volatile_delete_prefix('user.');
 */
function volatile_delete_prefix(string $prefix): int {}

/**
 * Stores a value. Never evicts: a value that does not fit is refused and nothing changes.
 *
 * @param string $key 1 to 65,535 bytes, any bytes.
 * @param mixed $value Null, bool, int, float, string, array or object; no resource or Closure, anywhere inside.
 * @param bool $throw_on_error Throw instead of returning false.
 * @return bool True when stored.
 * @throws \ValueError If $key is empty or longer than 65,535 bytes.
 * @throws \TypeError If $value is a resource or a Closure.
 * @throws StaticCacheException With $throw_on_error, if the value cannot be stored, there is no memory, another
 *     request keeps the key reserved, a lock is not free in time, or the backend is unavailable.
 * @example \OPcache\pinned_store('routes', $routes);
 */
function pinned_store(string $key, mixed $value, bool $throw_on_error = false): bool {}

/**
 * Stores several values, all or none.
 *
 * @param array<int|string, mixed> $values Key => value; int keys count as their decimal string.
 * @param bool $throw_on_error Throw instead of returning false.
 * @return bool True when all were stored.
 * @throws \ValueError If a key is empty or longer than 65,535 bytes; nothing is stored then.
 * @throws \TypeError If one of the values is a resource or a Closure; nothing is stored then, and no object asked.
 * @throws StaticCacheException With $throw_on_error, if a value cannot be stored, there is no memory, another
 *     request keeps a key reserved, a lock is not free in time, or the backend is unavailable.
 * @example \OPcache\pinned_store_array(['a' => 1, 'b' => [2, 3]]);
 */
function pinned_store_array(array $values, bool $throw_on_error = false): bool {}

/**
 * Fetches a value. Arrays and strings are used where they lie in shared memory; changing them copies first, as always.
 *
 * @param string $key 1 to 65,535 bytes, any bytes.
 * @param mixed $default Returned when there is no such entry or the backend is unavailable.
 * @param bool $throw_on_error Throw when the backend is unavailable (a miss is no error).
 * @return mixed The value; $default on a miss or when the backend is unavailable.
 * @throws \ValueError If $key is empty or longer than 65,535 bytes.
 * @throws StaticCacheException With $throw_on_error, if the backend is unavailable.
 * @example $routes = \OPcache\pinned_fetch('routes') ?? build_routes();
 */
function pinned_fetch(string $key, mixed $default = null, bool $throw_on_error = false): mixed {}

/**
 * Fetches several values: every requested key in the order asked, with its value or $default.
 *
 * @param array<int|string> $keys Strings and ints (as their decimal string).
 * @param ?array<mixed> $default The whole array stands for each key without an entry.
 * @param bool $throw_on_error Throw when the backend is unavailable.
 * @return array<mixed> Each requested key, in the order asked, with its value or $default; [] for [].
 * @throws \ValueError|\TypeError If a key is empty, longer than 65,535 bytes, or neither string nor int; nothing is
 *     done then.
 * @throws StaticCacheException With $throw_on_error, if the backend is unavailable.
 * @example ['a' => $a, 'b' => $b] = \OPcache\pinned_fetch_array(['a', 'b']);
 */
function pinned_fetch_array(array $keys, ?array $default = null, bool $throw_on_error = false): array {}

/**
 * Says whether there is an entry. One whose class is gone or has changed is one until a fetch drops it.
 *
 * @param string $key 1 to 65,535 bytes, any bytes.
 * @param bool $throw_on_error Throw instead of returning false.
 * @return bool True when there is one that has not expired.
 * @throws \ValueError If $key is empty or longer than 65,535 bytes.
 * @throws StaticCacheException With $throw_on_error, if the backend is unavailable.
 * @example if (!\OPcache\pinned_exists('warm')) { warm_up(); }
 */
function pinned_exists(string $key, bool $throw_on_error = false): bool {}

/**
 * Reserves a key for this request, until it stores or increments the key, unlocks it or ends, or anybody deletes the key. Never waits.
 *
 * Others' stores of the key wait meanwhile, at most opcache.static_cache.lock_timeout_ms.
 *
 * @param string $key 1 to 65,535 bytes, any bytes.
 * @param int $lease Seconds for which the reservation outlives the request; 0: it does not.
 * @param bool $throw_on_error Throw instead of returning false.
 * @return bool True when this request holds it (now or already), false when another does.
 * @throws \ValueError If $key is empty or longer than 65,535 bytes, or $lease is negative.
 * @throws StaticCacheException With $throw_on_error, if there is no memory or reservations take an eighth of it, a lock
 *     is not free in time, or the backend is unavailable.
 * @example if (\OPcache\pinned_lock('report')) { \OPcache\pinned_store('report', build()); }
 */
function pinned_lock(string $key, int $lease = 0, bool $throw_on_error = false): bool {}

/**
 * Gives a reservation up.
 *
 * @param string $key 1 to 65,535 bytes, any bytes.
 * @param bool $throw_on_error Throw instead of returning false.
 * @return bool True when this request held it.
 * @throws \ValueError If $key is empty or longer than 65,535 bytes.
 * @throws StaticCacheException With $throw_on_error, if a lock is not free in time, or the backend is unavailable.
 * @example \OPcache\pinned_unlock('report');
 */
function pinned_unlock(string $key, bool $throw_on_error = false): bool {}

/**
 * Deletes an entry, and the static state of a class of that name. Loads no class.
 *
 * @param string $key_or_class A key, or a class name in any case, with or without leading backslash.
 * @param bool $throw_on_error Throw instead of returning false.
 * @return bool True unless a lock is not free in time, or the backend is unavailable.
 * @throws \ValueError If $key_or_class is empty or longer than 65,535 bytes.
 * @throws StaticCacheException With $throw_on_error, if a lock is not free in time, or the backend is unavailable.
 * @example \OPcache\pinned_delete('routes');
 */
function pinned_delete(string $key_or_class, bool $throw_on_error = false): bool {}

/**
 * Deletes several entries, as pinned_delete() does.
 *
 * @param array<int|string> $keys Strings and ints (as their decimal string).
 * @param bool $throw_on_error Throw instead of returning false.
 * @return bool True unless a lock is not free in time (the others are deleted then), or the backend is unavailable.
 * @throws \ValueError|\TypeError If a key is empty, longer than 65,535 bytes, or neither string nor int; nothing is
 *     done then.
 * @throws StaticCacheException With $throw_on_error, if a lock is not free in time, or the backend is unavailable.
 * @example \OPcache\pinned_delete_array(['a', 'b']);
 */
function pinned_delete_array(array $keys, bool $throw_on_error = false): bool {}

/**
 * Deletes everything in this backend of the partition. What requests have fetched stays valid for them.
 *
 * A script that opcache.restrict_api keeps out gets a warning and false, also with $throw_on_error.
 *
 * @param bool $throw_on_error Throw instead of returning false.
 * @return bool True unless a lock is not free in time (nothing is deleted then), or the backend is unavailable.
 * @throws StaticCacheException With $throw_on_error, if a lock is not free in time, or the backend is unavailable.
 * @example \OPcache\pinned_clear();
 */
function pinned_clear(bool $throw_on_error = false): bool {}

/**
 * The backend's state.
 *
 * @return StaticCacheInfo A snapshot.
 * @throws StaticCacheException If opcache.restrict_api keeps the script out.
 * @example echo \OPcache\pinned_cache_info()->used_memory;
 */
function pinned_cache_info(): StaticCacheInfo {}

/**
 * Stores a value unless there is one.
 *
 * @param string $key 1 to 65,535 bytes, any bytes.
 * @param mixed $value As for pinned_store().
 * @param bool $throw_on_error Throw instead of returning false.
 * @return bool True when stored; false, without an exception, when the key has an entry.
 * @throws \ValueError If $key is empty or longer than 65,535 bytes.
 * @throws \TypeError If $value is a resource or a Closure.
 * @throws StaticCacheException With $throw_on_error, if the value cannot be stored, there is no memory, another
 *     request keeps the key reserved, a lock is not free in time, or the backend is unavailable.
 * @example \OPcache\pinned_add('first', getmypid());
 */
function pinned_add(string $key, mixed $value, bool $throw_on_error = false): bool {}

/**
 * Fetches a value, or builds and stores it: one request builds while the others wait for its result.
 *
 * Who has waited opcache.static_cache.lock_timeout_ms builds for itself and stores nothing. An exception of $build
 * passes through; nothing is stored then. Nor is a value whose key was deleted, cleared or stored while $build made it:
 * it may be out of date, and is only returned.
 *
 * @template T
 * @param string $key 1 to 65,535 bytes, any bytes.
 * @param callable(): T $build Called without arguments; returns the value.
 * @param bool $throw_on_error Throw when the backend is unavailable or the value cannot be stored.
 * @return T The stored value, or what $build returned.
 * @throws \ValueError If $key is empty or longer than 65,535 bytes.
 * @throws \TypeError If $build returns a resource or a Closure.
 * @throws StaticCacheException With $throw_on_error, if the value cannot be stored, a lock is not free in time, or the
 *     backend is unavailable.
 * @example $routes = \OPcache\pinned_remember('routes', fn() => build_routes());
 */
function pinned_remember(string $key, callable $build, bool $throw_on_error = false): mixed {}

/**
 * The keys that begin with $prefix. Keeps nobody from writing. Keys of attribute state are not among them.
 *
 * A script that opcache.restrict_api keeps out gets a warning and [].
 *
 * @param string $prefix Any bytes; '': all entries.
 * @param int $limit At most so many keys; 0: all.
 * @return list<string> In no particular order.
 * @throws \ValueError If $limit is negative.
 * @example foreach (\OPcache\pinned_keys('user.') as $key) { echo $key; }
 */
function pinned_keys(string $prefix = '', int $limit = 0): array {}

/**
 * Deletes the entries whose keys begin with $prefix.
 *
 * A script that opcache.restrict_api keeps out gets a warning and 0. Entries whose locks are not free in time (another process is
 * stopped in the middle of a store) are left out, with a warning.
 *
 * @param string $prefix Any bytes; '': all entries.
 * @return int How many were deleted.
 * @example \OPcache\pinned_delete_prefix('user.');
 */
function pinned_delete_prefix(string $prefix): int {}

/**
 * Adds $step to an int, atomically. A missing key counts as 0. Overflow wraps around and gives an E_WARNING.
 *
 * @param string $key 1 to 65,535 bytes, any bytes.
 * @param int $step Any int, also a negative one.
 * @param bool $throw_on_error Throw instead of returning false.
 * @return int|false The new value; false when the entry is no int, or there is no memory for a new one.
 * @throws \ValueError If $key is empty or longer than 65,535 bytes.
 * @throws StaticCacheException With $throw_on_error, if the entry is no int, there is no memory, another request
 *     keeps the key reserved, a lock is not free in time, or the backend is unavailable.
 * @example $visits = \OPcache\pinned_atomic_increment('visits');
 */
function pinned_atomic_increment(string $key, int $step = 1, bool $throw_on_error = false): int|false {}

/**
 * Subtracts $step from an int, atomically. A missing key counts as 0. Overflow wraps around and gives an E_WARNING.
 *
 * @param string $key 1 to 65,535 bytes, any bytes.
 * @param int $step Any int, also a negative one.
 * @param bool $throw_on_error Throw instead of returning false.
 * @return int|false The new value; false when the entry is no int, or there is no memory for a new one.
 * @throws \ValueError If $key is empty or longer than 65,535 bytes.
 * @throws StaticCacheException With $throw_on_error, if the entry is no int, there is no memory, another request
 *     keeps the key reserved, a lock is not free in time, or the backend is unavailable.
 * @example $left = \OPcache\pinned_atomic_decrement('left');
 */
function pinned_atomic_decrement(string $key, int $step = 1, bool $throw_on_error = false): int|false {}

/**
 * Gives an existing entry a new time to live.
 *
 * @param string $key 1 to 65,535 bytes, any bytes.
 * @param int $ttl Seconds from now; 0: no limit.
 * @return bool False when there is no such entry; also, with a warning, when its lock is not free in time (another process is stopped in
 *     the middle of a store).
 * @throws \ValueError If $key is empty or longer than 65,535 bytes, or $ttl is negative.
 * @example \OPcache\volatile_touch('session.42', 1800);
 */
function volatile_touch(string $key, int $ttl): bool {}

/**
 * For daemons and worker loops, between two jobs: gives back the memory of what this request has fetched and does not use
 * any more.
 *
 * The cache looks for itself at what is in use: whatever a variable, a static, an object or anything else in the process still
 * leads to stays as it is until the request ends. Looking takes a fiftieth of the time at most, so most calls in a tight loop do
 * nothing. A request that keeps much memory from others gives back without being asked.
 *
 * @return bool True when the request keeps nothing of the caches any more.
 * @example while ($job = next_job()) { run($job); unset($job); \OPcache\static_quiesce(); }
 */
function static_quiesce(): bool {}

/**
 * Publishes static state now instead of at the request's end: for daemons and worker loops, where the end is far.
 *
 * Publishes what was changed since it was restored or published last, also what this request has deleted before; not what
 * opcache_invalidate() or opcache_reset() took away. An exception of an object's method passes through at once.
 *
 * @param ?string $class One class (any case); null: all that are loaded. A name that no class has, as '', is none.
 * @return int How many entries were published.
 * @throws StaticCacheException When a value cannot be stored, or an attribute's arguments are wrong (the engine's Error is the previous
 *     one then), after all others were published; names the first. What was there before stays.
 * @example while ($job = next_job()) { run($job); \OPcache\static_publish(); }
 */
function static_publish(?string $class = null): int {}
