--TEST--
StaticCacheInfo
--EXTENSIONS--
static_cache
--INI--
opcache.static_cache.volatile_size_mb=8
opcache.static_cache.pinned_size_mb=8
--FILE--
<?php
$info = OPcache\volatile_cache_info();
$class = new ReflectionClass($info);
var_dump($class->isFinal(), $class->isReadOnly(), $info == OPcache\volatile_cache_info());
foreach ($class->getProperties() as $property) {
    echo $property->getType(), ' ', $property->getName(), "\n";
}
var_dump($info->enabled, $info->available, $info->startup_failed, $info->backend_initialized, $info->failure_reason);
var_dump($info->configured_memory, $info->shared_memory >= $info->configured_memory, $info->entry_count, $info->segment_count);
var_dump($info->used_memory + $info->free_memory + $info->retired_memory === $info->configured_memory);
OPcache\volatile_store('k', 'a string that is long enough to be one');
OPcache\volatile_fetch('k');
OPcache\volatile_fetch('k');
OPcache\volatile_fetch('none');
$after = OPcache\volatile_cache_info();
var_dump($after->hits - $info->hits, $after->misses - $info->misses, $after->stores - $info->stores, $after->entry_count);
var_dump($after->active_readers, $after->mutation_epoch > $info->mutation_epoch, $after->used_memory > 0);
var_dump(OPcache\pinned_cache_info()->hits);
foreach ([
    fn() => new OPcache\StaticCacheInfo,
    fn() => $after->hits = 5,
    fn() => $after->other = 5,
    fn() => serialize($after),
    fn() => unserialize('O:23:"OPcache\StaticCacheInfo":0:{}'),
    fn() => $class->newInstanceWithoutConstructor(),
] as $attempt) {
    try {
        $attempt();
        echo "no error\n";
    } catch (Throwable $e) {
        echo get_class($e), ': ', $e->getMessage(), "\n";
    }
}
var_dump(clone $after == $after, $after == $info, count((array) $after) === count($class->getProperties()));
ob_start();
var_dump($after);
var_dump(substr_count(ob_get_clean(), 'uninitialized'));
var_dump((new ReflectionClass('OPcache\StaticCacheException'))->getParentClass()->getName());
?>
--EXPECTF--
bool(true)
bool(true)
bool(true)
bool enabled
bool available
bool startup_failed
bool backend_initialized
int configured_memory
int shared_memory
int entry_count
int segment_count
string shared_model
?string failure_reason
string partition
int used_memory
int free_memory
int largest_free_block
int retired_memory
int hits
int misses
int stores
int evictions
int expired
int store_failures
int publish_failures
int recoveries
int active_readers
int overflow_readers
int mutation_epoch
bool(true)
bool(true)
bool(false)
bool(true)
NULL
int(8388608)
bool(true)
int(0)
int(1)
bool(true)
int(2)
int(1)
int(1)
int(1)
int(1)
bool(true)
bool(true)
int(0)
Error: Call to private OPcache\StaticCacheInfo::__construct() from %s
Error: Cannot modify readonly property OPcache\StaticCacheInfo::$hits
Error: Cannot create dynamic property OPcache\StaticCacheInfo::$other
Exception: Serialization of 'OPcache\StaticCacheInfo' is not allowed
Exception: Unserialization of 'OPcache\StaticCacheInfo' is not allowed
ReflectionException: Class OPcache\StaticCacheInfo is an internal class marked as final that cannot be instantiated without invoking its constructor
bool(true)
bool(false)
bool(true)
int(0)
string(9) "Exception"
