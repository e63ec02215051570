--TEST--
PHP starts again in one process without OPcache, and with it again: what answers opcache_reset() and opcache_invalidate() is of the same start
--EXTENSIONS--
static_cache
--SKIPIF--
<?php
require __DIR__ . '/../helpers/hosts.inc';
if ($why = without_threads()) die("skip $why");
if (extension_loaded('Zend OPcache')) die('skip here OPcache is loaded in every start');
if (!is_file(ini_get('extension_dir') . '/opcache.so')) die('skip needs OPcache as a module');
?>
--INI--
opcache.static_cache.volatile_size_mb=8
opcache.static_cache.pinned_size_mb=8
--FILE--
<?php
require __DIR__ . '/../helpers/hosts.inc';
$code = <<<'PHP'
    use function OPcache\{volatile_store, volatile_fetch};

    $with = extension_loaded('Zend OPcache');
    if ($with) {
        opcache_compile_file(__FILE__) && Host\add('compiled', 1);
        Host\add('statuses', (int) isset(opcache_get_status(false)['volatile_cache']));
        Host\add('configurations', (int) isset(opcache_get_configuration()['directives']['opcache.static_cache.volatile_size_mb']));
    }
    Host\add($with ? 'with' : 'without', 1);
    volatile_store('k', [1, 2]);
    opcache_invalidate(__FILE__) || Host\add('not invalidated', 1);
    opcache_reset() || Host\add('not reset', 1);
    volatile_fetch('k') === null || Host\add('not cleared', 1);
    PHP;
$with = ['zend_extension' => 'opcache', 'opcache.enable' => 1, 'opcache.file_update_protection' => 0];
foreach ([[[], $with], [$with, []]] as [$first, $second]) {
    $how = ['threads' => 1, 'requests' => 2, 'cycles' => 5];
    echo threads('frankenphp', [$code], $how, $first, ['HOST_OTHER_INI' => ini_text($second)]);
}
?>
--EXPECT--
compiled: 4
configurations: 4
left descriptors: 0
left mappings: 0
requests: 10
statuses: 4
with: 4
without: 6
compiled: 6
configurations: 6
left descriptors: 0
left mappings: 0
requests: 10
statuses: 6
with: 6
without: 4
