--TEST--
opcache_invalidate() is true when it has dropped state, also where OPcache itself is not at work
--EXTENSIONS--
static_cache
--INI--
opcache.enable_cli=0
--FILE--
<?php
require __DIR__ . '/../helpers/statics.inc';
$class = fn(string $name, string $attribute) => "<?php #[OPcache\\$attribute] class $name { public static int \$n = 0; }";
$folder = new Folder(['pinned.php' => $class('P', 'PinnedStatic'), 'volatile.php' => $class('V', 'VolatileStatic'), 'gone.php' => $class('G', 'PinnedStatic')]);
foreach (['P' => 'pinned', 'V' => 'volatile', 'G' => 'gone'] as $class => $file) {
    require "$folder->path/$file.php";
    $class::$n = 1;
}
echo OPcache\static_publish(), "\n";
unlink("$folder->path/gone.php");
chdir($folder->path);
var_dump(opcache_invalidate("$folder->path/pinned.php"), opcache_invalidate('./volatile.php', true), opcache_invalidate("$folder->path/gone.php", true));
var_dump(OPcache\pinned_cache_info()->entry_count, OPcache\volatile_cache_info()->entry_count);
// What there is nothing to drop of is OPcache's to judge, where it is loaded.
var_dump(opcache_invalidate("$folder->path/pinned.php") !== extension_loaded('Zend OPcache'), opcache_reset());
?>
--EXPECT--
3
bool(true)
bool(true)
bool(true)
int(0)
int(0)
bool(true)
bool(true)
