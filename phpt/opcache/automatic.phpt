--TEST--
A restart that OPcache decides on by itself leaves the caches alone
--EXTENSIONS--
static_cache
--SKIPIF--
<?php
if (!ini_get('opcache.enable_cli')) die('skip needs OPcache');
?>
--INI--
opcache.memory_consumption=8
opcache.interned_strings_buffer=1
opcache.max_wasted_percentage=1
opcache.jit_buffer_size=0
opcache.file_update_protection=0
--FILE--
<?php
OPcache\volatile_store('k', [1, 2]);
OPcache\pinned_store('k', ['a' => 'b']);
$file = __DIR__ . '/automatic.script.php';
for ($i = 0; $i < 3000 && !opcache_get_status(false)['restart_pending']; $i++) {
    file_put_contents($file, '<?php return ' . var_export(array_fill(0, 3000, $i), true) . ';');
    @opcache_compile_file($file);
    opcache_invalidate($file, true);
}
var_dump(opcache_get_status(false)['restart_pending'], OPcache\volatile_fetch('k'), OPcache\pinned_fetch('k'));
// One that somebody asks for meanwhile is not forgotten.
opcache_reset();
var_dump(OPcache\volatile_fetch('k'), OPcache\pinned_fetch('k'));
?>
--CLEAN--
<?php @unlink(__DIR__ . '/automatic.script.php'); ?>
--EXPECT--
bool(true)
array(2) {
  [0]=>
  int(1)
  [1]=>
  int(2)
}
array(1) {
  ["a"]=>
  string(1) "b"
}
NULL
NULL
