--TEST--
A size that is none disables the backend: ""
--EXTENSIONS--
static_cache
--INI--
opcache.static_cache.volatile_size_mb=
--FILE--
<?php
$info = OPcache\volatile_cache_info();
var_dump($info->enabled, $info->available, $info->startup_failed, $info->failure_reason, OPcache\pinned_cache_info()->available);
?>
--EXPECTF--
%AWarning: opcache.static_cache.volatile_size_mb must be 0 to disable the backend, or 1 to 65536 (MiB), "" given (0 switches it off); the backend is disabled in Unknown on line 0
bool(false)
bool(false)
bool(true)
string(%d) "opcache.static_cache.volatile_size_mb must be 0 to disable the backend, or 1 to 65536 (MiB), "" given (0 switches it off); the backend is disabled"
bool(true)
