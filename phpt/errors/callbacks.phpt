--TEST--
An exception or exit in a builder leaves nothing behind
--EXTENSIONS--
static_cache
--INI--
opcache.static_cache.volatile_size_mb=8
opcache.static_cache.pinned_size_mb=8
--FILE--
<?php
try {
    OPcache\volatile_remember('k', fn() => throw new LogicException('from the builder'));
} catch (LogicException $e) {
    echo $e->getMessage(), "\n";
}
var_dump(OPcache\volatile_exists('k'), OPcache\volatile_lock('k'), OPcache\volatile_unlock('k'));
var_dump(OPcache\volatile_remember('k', fn() => OPcache\volatile_remember('k', fn() => 'inner') . ' and outer'));
// The inner one has stored by the reservation that was for both.
var_dump(OPcache\volatile_fetch('k'));
register_shutdown_function(function () {
    var_dump(OPcache\volatile_exists('e'));
});
OPcache\volatile_remember('e', fn() => exit("bye\n"));
?>
--EXPECT--
from the builder
bool(false)
bool(true)
bool(true)
string(15) "inner and outer"
string(5) "inner"
bye
bool(false)
