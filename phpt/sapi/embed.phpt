--TEST--
A program that embeds PHP: the process is the partition, over many requests
--EXTENSIONS--
static_cache
--SKIPIF--
<?php
require __DIR__ . '/../helpers/hosts.inc';
if (!embed_library() || !php_config()) die('skip needs libphp and php-config');
?>
--FILE--
<?php
require __DIR__ . '/../helpers/hosts.inc';
$settings = '';
foreach (ini_get_all('static_cache', false) as $name => $value) {
    $settings .= "$name=$value\n";
}
echo run([host('embed'), $settings,
    'echo PHP_SAPI, "\n"; $i = OPcache\volatile_cache_info(); var_dump($i->available, $i->shared_model, $i->failure_reason);
     var_dump(OPcache\volatile_store("k", ["a" => str_repeat("x", 5)]));',
    'var_dump(OPcache\volatile_fetch("k")); OPcache\pinned_store("k", 7);',
    'trigger_error("enough", E_USER_ERROR);',
    'var_dump(OPcache\pinned_fetch("k"), OPcache\volatile_cache_info()->active_readers <= 1);',
]);
?>
--EXPECTF--
embed
bool(true)
string(7) "process"
NULL
bool(true)
array(1) {
  ["a"]=>
  string(5) "xxxxx"
}
%AFatal error: enough in embed on line 1
%Aint(7)
bool(true)
[exit status 1]
