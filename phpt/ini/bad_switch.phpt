--TEST--
allow_unsafe_runtime: neither on nor off is off, with a warning
--EXTENSIONS--
static_cache
--INI--
opcache.static_cache.allow_unsafe_runtime=maybe
--FILE--
<?php
var_dump(OPcache\pinned_store('k', 1));
?>
--EXPECTF--
%AWarning: opcache.static_cache.allow_unsafe_runtime must be 0 or 1, "maybe" given; 0 is used in Unknown on line 0
bool(true)
