--TEST--
Without a backend statics are ordinary ones
--EXTENSIONS--
static_cache
--FILE--
<?php
require __DIR__ . '/../helpers/statics.inc';
in_hosts('<?php
#[OPcache\PinnedStatic] class P { public static $n = 0; public static function m() { static $n = 0; return ++$n; } }
#[OPcache\VolatileStatic(5)] class V { public static $n = 0; }
P::$n++; P::m(); V::$n++;
echo json_encode([P::$n, P::m(), V::$n, OPcache\static_publish(), OPcache\pinned_delete("P"), OPcache\pinned_cache_info()->failure_reason]);
', each_of('a', 'b'), ['opcache.static_cache.pinned_size_mb' => '0']);
?>
--EXPECT--
a: [1,2,1,1,false,"disabled by opcache.static_cache.pinned_size_mb=0"]
b: [1,2,2,1,false,"disabled by opcache.static_cache.pinned_size_mb=0"]
