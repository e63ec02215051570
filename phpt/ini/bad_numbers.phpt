--TEST--
Other directives fall back to their defaults, with a warning
--EXTENSIONS--
static_cache
--INI--
opcache.static_cache.lock_timeout_ms=soon
opcache.static_cache.readers=0
--FILE--
<?php
var_dump(OPcache\pinned_store('k', 1));
?>
--EXPECTF--
%AWarning: opcache.static_cache.lock_timeout_ms must be 0 to 3600000 (milliseconds), "soon" given; 5000 is used in Unknown on line 0
%AWarning: opcache.static_cache.readers must be 1 to 65535, "0" given; 256 is used in Unknown on line 0
bool(true)
