--TEST--
References inside arrays keep their sharing, and nothing else shares
--EXTENSIONS--
static_cache
--INI--
opcache.static_cache.volatile_size_mb=8
opcache.static_cache.pinned_size_mb=8
--FILE--
<?php
$x = 1;
$value = ['a' => &$x, 'b' => &$x, 'plain' => [1, 2], 'in' => ['deep' => &$x]];
OPcache\pinned_store('refs', $value);
$x = 2;
$got = OPcache\pinned_fetch('refs');
$other = OPcache\pinned_fetch('refs');
$got['a'] = 7;
var_dump($got['b'], $got['in']['deep'], $other['a'], $x);
var_dump(OPcache\pinned_fetch('refs')['b']);

$loop = ['name' => 'loop'];
$loop['self'] = &$loop;
OPcache\pinned_store('loop', $loop);
$got = OPcache\pinned_fetch('loop');
var_dump($got['self']['self']['self']['name']);
$got['self']['name'] = 'changed';
var_dump($got['self']['self']['name'], OPcache\pinned_fetch('loop')['self']['name']);
unset($got, $other, $loop);
gc_collect_cycles();

// A reference with one holder is no reference.
$y = [1];
$single = [&$y];
unset($y);
OPcache\pinned_store('single', $single);
$copy = $got = OPcache\pinned_fetch('single');
$copy[0][] = 2;
var_dump(count($got[0]));
?>
--EXPECT--
int(7)
int(7)
int(1)
int(2)
int(1)
string(4) "loop"
string(7) "changed"
string(4) "loop"
int(1)
