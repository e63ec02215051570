--TEST--
A module that the pool loads is too late to know its pool; php-fpm -i runs in the master
--EXTENSIONS--
static_cache
--SKIPIF--
<?php
require __DIR__ . "/../helpers/fpm.inc";
if ($why = without_fpm()) die("skip $why");
?>
--INI--
opcache.static_cache.volatile_size_mb=8
opcache.static_cache.pinned_size_mb=8
--FILE--
<?php
require __DIR__ . '/../helpers/fpm.inc';
$ini = file_get_contents(getenv('PHPRC') . '/php.ini');
preg_match('/^extension=(.*static_cache\.so)$/m', $ini, $found);
$folder = sys_get_temp_dir() . '/static-cache-late-' . getmypid();
mkdir($folder);
file_put_contents("$folder/php.ini", str_replace($found[0], '', $ini));
$fpm = new Fpm(
    ['late' => ['php_admin_value[extension]' => $found[1]], 'without' => []],
    Fpm::EVALUATE,
    ['environment' => ['PHPRC' => $folder]],
);
$look = 'return [OPcache\pinned_store("k", 1), OPcache\pinned_cache_info()->available, OPcache\pinned_cache_info()->failure_reason];';
echo json_encode($fpm->in('late', $look)), "\n", json_encode($fpm->in('late', $look)), "\n";
var_dump($fpm->in('without', 'return extension_loaded("static_cache");'));
echo implode("\n", $fpm->said(1)), "\n";
unset($fpm);
unlink("$folder/php.ini");
rmdir($folder);
preg_match_all('/failure_reason.*/', run([binary('php-fpm'), '-i', ...settings()]), $found);
echo implode("\n", array_map('strip_tags', array_unique($found[0]))), "\n";
?>
--EXPECT--
[false,false,"unavailable: the worker pool cannot be told for certain: the module was loaded in the worker (php_admin_value[extension]); load it in php.ini"]
[false,false,"unavailable: the worker pool cannot be told for certain: the module was loaded in the worker (php_admin_value[extension]); load it in php.ini"]
bool(false)
static_cache: pool "late": unavailable: the worker pool cannot be told for certain: the module was loaded in the worker (php_admin_value[extension]); load it in php.ini
failure_reason => unavailable: this process is not a worker of a PHP-FPM pool
