--TEST--
Functions that disable_functions lists stay away
--EXTENSIONS--
static_cache
--INI--
disable_functions=opcache_reset, opcache_invalidate
--FILE--
<?php
var_dump(function_exists('opcache_reset'), function_exists('opcache_invalidate'), OPcache\volatile_store('k', 1));
?>
--EXPECT--
bool(false)
bool(false)
bool(true)
