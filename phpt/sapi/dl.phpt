--TEST--
dl() does not load the module, and says how it is loaded
--EXTENSIONS--
static_cache
--FILE--
<?php
require __DIR__ . '/../helpers/binaries.inc';
foreach (file('/proc/self/maps') as $line) {
    if (preg_match('~ (/\S+static_cache\S*\.so)$~', rtrim($line), $found)) {
        $module = $found[1];
    }
}
// From PHP 8.5 on it is part of PHP.
$file = ini_get('extension_dir') . '/opcache.so';
$opcache = is_file($file) ? ['-d', "zend_extension=$file"] : [];
$script = '
class Before { public $x = 1; }
try {
    var_dump(dl($argv[1]));
} catch (Error $e) {
    echo $e->getMessage(), "\n";
}
ob_start();
phpinfo(INFO_MODULES);
echo implode(preg_grep("/^(volatile|pinned) cache => (?!now)/", preg_split("/(?<=\n)/", ob_get_clean())));
var_dump(function_exists("OPcache\\\\pinned_store"), class_exists("OPcache\\\\StaticCacheInfo", false), enum_exists("OPcache\\\\CacheStrategy", false));
#[OPcache\PinnedStatic] class After { static $x = 1; }
enum Own: string { case One = "one"; }
echo After::$x, Own::from("one")->name, "\n";
';
$file = tempnam(sys_get_temp_dir(), 'dl');
file_put_contents($file, "<?php $script");
foreach (['0', '1'] as $enabled) {
    $said = run([
        PHP_BINARY, '-n', '-d', 'html_errors=0', '-d', 'log_errors=0', '-d', 'display_errors=1', '-d', 'display_startup_errors=1', ...$opcache, '-d', "opcache.enable_cli=$enabled",
        '-d', 'opcache.file_update_protection=0', '-d', 'extension_dir=' . dirname($module), $file, basename($module),
    ]);
    echo str_replace($file, 'FILE', $said);
}
unlink($file);
?>
--EXPECTF--

Warning: static_cache cannot be loaded by dl(); load it with extension=static_cache in php.ini in %s on line %d
bool(true)
volatile cache => unavailable: not started
pinned cache => unavailable: not started
bool(false)
bool(false)
bool(false)
1One

Warning: static_cache cannot be loaded by dl(); load it with extension=static_cache in php.ini in %s on line %d
bool(true)
volatile cache => unavailable: not started
pinned cache => unavailable: not started
bool(false)
bool(false)
bool(false)
1One
