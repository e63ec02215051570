--TEST--
Arrays come back whole: order, keys, packed or not, holes, nesting
--EXTENSIONS--
static_cache
--INI--
opcache.static_cache.volatile_size_mb=8
opcache.static_cache.pinned_size_mb=8
--FILE--
<?php
function same(mixed $a, mixed $b): bool
{
    if (is_float($a) && is_float($b)) {
        return pack('E', $a) === pack('E', $b);
    }
    if (!is_array($a) || !is_array($b)) {
        return $a === $b;
    }
    if (array_keys($a) !== array_keys($b) || array_is_list($a) !== array_is_list($b)) {
        return false;
    }
    foreach ($a as $key => $value) {
        if (!same($value, $b[$key])) {
            return false;
        }
    }
    return true;
}
$holes = range(0, 20);
unset($holes[3], $holes[7], $holes[20]);
$deleted = ['a' => 1, 'b' => 2, 'c' => 3];
unset($deleted['b']);
$emptied = [1, 2, 3];
unset($emptied[0], $emptied[1], $emptied[2]);
$moved = [1, 2, 3];
next($moved);
$deep = [];
for ($level = 0; $level < 200; $level++) {
    $deep = [$level => $deep, 'text' => "level $level"];
}
$values = [
    'empty' => [], 'packed' => [1, 2, 3], 'one' => ['x'], 'holes' => $holes, 'hash' => ['a' => 1, 'b' => [2]],
    'deleted' => $deleted, 'emptied' => $emptied, 'mixed' => [5 => 'five', 'k' => 'v', -3 => 'minus', '07' => 'seven'],
    'nested empty' => [[], ['a' => []], [[[]]]], 'moved' => $moved, 'deep' => $deep,
    'floats' => [-0.0, NAN, INF, 1 => 0.5], 'strings' => ['', 'a', "\0", str_repeat('long', 1000)],
    'ints' => range(1, 10_000), 'many' => array_combine(array_map('md5', range(1, 2000)), range(1, 2000)),
    'shared' => (function () { $part = ['x' => [1, 2]]; return [$part, $part, 'p' => $part]; })(),
    'null keys' => ['' => 'empty key', 0 => 'zero'], 'bools' => [true, false, null],
];
foreach ($values as $name => $value) {
    foreach (['volatile', 'pinned'] as $backend) {
        ("OPcache\\{$backend}_store")($name, $value, throw_on_error: true);
        for ($round = 0; $round < 3; $round++) {
            if (!same($value, ("OPcache\\{$backend}_fetch")($name))) {
                echo "$backend $name differs\n";
            }
        }
    }
}
// The next free index is kept, as in any copy of an array.
$got = OPcache\volatile_fetch('emptied');
$got[] = 'next';
var_dump($got);
// The internal pointer starts at the first element.
var_dump(current(OPcache\volatile_fetch('moved')));
?>
--EXPECT--
array(1) {
  [3]=>
  string(4) "next"
}
int(1)
