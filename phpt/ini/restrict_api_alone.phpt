--TEST--
opcache.restrict_api counts where OPcache is not loaded, too
--EXTENSIONS--
static_cache
--SKIPIF--
<?php if (PHP_VERSION_ID >= 80500) die('skip from PHP 8.5 on OPcache is always loaded'); ?>
--FILE--
<?php
require __DIR__ . '/../helpers/binaries.inc';
foreach (file('/proc/self/maps') as $line) {
    if (preg_match('~ (/\S+static_cache\S*\.so)$~', rtrim($line), $found)) {
        $module = $found[1];
    }
}
$file = tempnam(sys_get_temp_dir(), 'api');
file_put_contents($file, '<?php
OPcache\volatile_store("k", 1);
echo json_encode([OPcache\volatile_clear(), OPcache\volatile_keys(), OPcache\volatile_delete_prefix("k"), opcache_reset(), OPcache\volatile_fetch("k")]), "\n";
try {
    echo get_class(OPcache\volatile_cache_info());
} catch (OPcache\StaticCacheException $e) {
    echo $e->getMessage();
}
');
// The last is an array, and no directive of OPcache's.
foreach (['=/nowhere', '=' . dirname($file), '=', '', '[]=/nowhere'] as $given) {
    $arguments = $given === '' ? [] : ['-d', "opcache.restrict_api$given"];
    $said = run([PHP_BINARY, '-n', '-d', 'html_errors=0', '-d', 'log_errors=0', '-d', 'display_errors=1', '-d', "extension=$module", ...$arguments, $file]);
    echo str_replace(dirname($file), 'FOLDER', "$given: "), preg_replace('/\n+/', "\n", $said), "\n";
}
unlink($file);
?>
--EXPECTF--
=/nowhere: 
Warning: OPcache\volatile_clear(): Zend OPcache API is restricted by "restrict_api" configuration directive in %s on line 3
Warning: OPcache\volatile_keys(): Zend OPcache API is restricted by "restrict_api" configuration directive in %s on line 3
Warning: OPcache\volatile_delete_prefix(): Zend OPcache API is restricted by "restrict_api" configuration directive in %s on line 3
Warning: opcache_reset(): Zend OPcache API is restricted by "restrict_api" configuration directive in %s on line 3
[false,[],0,false,1]
volatile cache: Zend OPcache API is restricted by "restrict_api" configuration directive
=FOLDER: [true,[],0,true,null]
OPcache\StaticCacheInfo
=: [true,[],0,true,null]
OPcache\StaticCacheInfo
: [true,[],0,true,null]
OPcache\StaticCacheInfo
[]=/nowhere: [true,[],0,true,null]
OPcache\StaticCacheInfo
