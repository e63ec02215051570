--TEST--
Files may not grow to a page: PHP-FPM starts, and the caches say why they are not there
--EXTENSIONS--
static_cache
--SKIPIF--
<?php
require __DIR__ . "/../helpers/fpm.inc";
if ($why = without_fpm()) die("skip $why");
if (getenv('STATIC_CACHE_VALGRIND')) die('skip valgrind writes files of its own');
?>
--INI--
opcache.static_cache.volatile_size_mb=8
opcache.static_cache.pinned_size_mb=8
--FILE--
<?php
require __DIR__ . '/../helpers/fpm.inc';
// Blocks of 512 or 1024 bytes: room for the log, not for a page.
$fpm = new Fpm(['p' => []], Fpm::EVALUATE, ['before' => ['sh', '-c', 'ulimit -f 3; exec "$@"', '-']]);
echo json_encode($fpm->in('p', 'return [OPcache\pinned_store("k", 1), OPcache\volatile_cache_info()->failure_reason];')), "\n";
echo implode("\n", $fpm->said(1)), "\n";
?>
--EXPECTF--
[false,"unavailable: no shared memory for the pool: files may grow to %d bytes (RLIMIT_FSIZE), the memory file needs 4096"]
static_cache: pool "p": unavailable: no shared memory for the pool: files may grow to %d bytes (RLIMIT_FSIZE), the memory file needs 4096
