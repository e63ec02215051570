--TEST--
A hundred thousand levels overflow no stack
--EXTENSIONS--
static_cache
--INI--
opcache.static_cache.pinned_size_mb=64
memory_limit=512M
--FILE--
<?php
$deep = ['end'];
for ($level = 0; $level < 100_000; $level++) {
    $deep = [$deep];
}
var_dump(OPcache\pinned_store('deep', $deep, true));
$got = OPcache\pinned_fetch('deep');
for ($level = 0; isset($got[0]) && is_array($got[0]); $level++) {
    $got = $got[0];
}
var_dump($level, $got);
// Let go from the outside, for the engine's sake.
while (is_array($deep[0])) {
    $deep = $deep[0];
}
?>
--EXPECT--
bool(true)
int(100000)
array(1) {
  [0]=>
  string(3) "end"
}
