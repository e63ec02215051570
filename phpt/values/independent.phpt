--TEST--
Changing a fetched value changes nothing else
--EXTENSIONS--
static_cache
--INI--
opcache.static_cache.volatile_size_mb=8
opcache.static_cache.pinned_size_mb=8
--FILE--
<?php
$original = ['list' => [3, 1, 2], 'map' => ['a' => ['b' => 'c']], 'text' => 'text'];
OPcache\volatile_store('v', $original);
$wanted = serialize($original);
$original['list'][] = 99;
$changes = [
    function ($v) { $v['new'] = 1; },
    function ($v) { $v['map']['a']['b'] .= 'x'; },
    function ($v) { unset($v['list'][0]); },
    function ($v) { sort($v['list']); rsort($v['list']); shuffle($v['list']); },
    function ($v) { foreach ($v as &$part) { $part = null; } },
    function ($v) { array_walk_recursive($v, function (&$leaf) { $leaf = 0; }); },
    function ($v) { array_push($v['list'], 1); array_pop($v['list']); array_shift($v['list']); array_splice($v['list'], 0, 1); },
    function ($v) { $v['text'][0] = 'X'; $v['text'] .= 'y'; },
    function ($v) { $r = &$v['map']['a']; $r['b'] = 1; settype($v['text'], 'array'); },
    function ($v) { extract($v); $list[] = 5; $text .= '!'; },
    function ($v) { [$list, $map] = [$v['list'], $v['map']]; $list[0]++; $map['a'] = 2; },
    function ($v) { ksort($v); asort($v['list']); natsort($v['list']); usort($v['list'], fn($a, $b) => $b <=> $a); },
    function ($v) { next($v); end($v['list']); each_like($v); reset($v); },
    function ($v) { $o = (object) $v; $o->text = 1; $o->map['a'] = 2; $a = (array) $o; $a['list'][] = 1; },
    function ($v) { $i = new ArrayIterator($v); $i['text'] = 1; unset($i['list']); },
    function ($v) { static $kept; $kept = $v; $kept['map'] = 1; },
    function ($v) { array_multisort($v['list']); preg_replace_callback('/t/', fn() => 'T', $v['text']); },
];
function each_like(array &$v) { while (key($v) !== null) { next($v); } }
foreach ($changes as $at => $change) {
    $change(OPcache\volatile_fetch('v'));
    if (serialize(OPcache\volatile_fetch('v')) !== $wanted) {
        echo "change $at reached the cache\n";
    }
}
var_dump(json_encode(OPcache\volatile_fetch('v')), var_export(OPcache\volatile_fetch('v')['list'], true));
var_dump(array_sum(OPcache\volatile_fetch('v')['list']), count(OPcache\volatile_fetch('v'), COUNT_RECURSIVE));
var_dump([...OPcache\volatile_fetch('v')['list'], 4], array_merge(OPcache\volatile_fetch('v')['list'], [5])[3]);
?>
--EXPECT--
string(52) "{"list":[3,1,2],"map":{"a":{"b":"c"}},"text":"text"}"
string(39) "array (
  0 => 3,
  1 => 1,
  2 => 2,
)"
int(6)
int(8)
array(4) {
  [0]=>
  int(3)
  [1]=>
  int(1)
  [2]=>
  int(2)
  [3]=>
  int(4)
}
int(5)
