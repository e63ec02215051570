--TEST--
Memory that the kernel refuses: one warning per backend with directive, value, reason and remedy; PHP goes on
--EXTENSIONS--
static_cache
--SKIPIF--
<?php
if (getenv('STATIC_CACHE_VALGRIND')) die('skip valgrind needs more address space than is allowed here');
?>
--FILE--
<?php
require __DIR__ . '/../helpers/binaries.inc';
$code = 'var_dump(OPcache\volatile_cache_info()->failure_reason, OPcache\pinned_store("k", 1));';
// A file size limit is what memory files hit first.
echo run(['sh', '-c', 'ulimit -f 1024; exec "$@" 2>&1', '-', PHP_BINARY, '-d', 'opcache.static_cache.pinned_size_mb=0',
    '-d', 'opcache.static_cache.volatile_size_mb=64', '-d', 'html_errors=0', '-d', 'display_errors=1', '-d', 'log_errors=0', '-r', $code]);
?>
--EXPECTF--
%AWarning: static_cache: no shared memory for opcache.static_cache.volatile_size_mb=64: %s; the volatile cache is unavailable. Set a smaller size, or allow more (ulimit -v, ulimit -f, the memory limit of the control group) in Unknown on line 0
string(%d) "no shared memory for opcache.static_cache.volatile_size_mb=64: %s"
bool(false)
