--TEST--
With another allocator than the engine's, what was freed may be taken for what is in use: never the other way round
--EXTENSIONS--
static_cache
--ENV--
USE_ZEND_ALLOC=0
--INI--
opcache.static_cache.volatile_size_mb=16
opcache.static_cache.pinned_size_mb=0
--FILE--
<?php
require __DIR__ . '/../helpers/freed.inc';
foreach ($shapes as $take) {
    work($take, 2000);
    OPcache\static_quiesce();
}
for ($job = 0; $job < 50; $job++) {
    OPcache\volatile_store('small', texts(3000, $job));
    OPcache\volatile_fetch('small');
}
look_at_kept();
?>
--EXPECT--
4 jobs looked at
