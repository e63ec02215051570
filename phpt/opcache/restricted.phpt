--TEST--
opcache.restrict_api: a script outside resets, invalidates and sees nothing
--EXTENSIONS--
static_cache
--SKIPIF--
<?php
if (!ini_get('opcache.enable_cli')) die('skip needs OPcache');
?>
--INI--
opcache.restrict_api=/nowhere
--FILE--
<?php
OPcache\volatile_store('k', 1);
var_dump(@opcache_reset(), error_get_last()['message']);
var_dump(@opcache_invalidate(__FILE__, true), @opcache_get_status(), OPcache\volatile_fetch('k'));
?>
--EXPECTF--
bool(false)
string(%d) "Zend OPcache API is restricted by "restrict_api" configuration directive"
bool(false)
bool(false)
int(1)
