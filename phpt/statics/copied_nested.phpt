--TEST--
Comparing copies looks at each array once, however often arrays have it, and ends where arrays are in themselves
--EXTENSIONS--
static_cache
--FILE--
<?php
/** Each array has the one below twice: 2^$depth ways lead to the last. */
function doubled(int $depth, int $last): array
{
    $array = [$last];
    for (; $depth; $depth--) $array = [$array, $array];
    return $array;
}
function chain(int $depth, int $last): array
{
    $array = [$last];
    for (; $depth; $depth--) $array = [$array];
    return $array;
}
/** Many equal arrays, in many orders. */
function many(int $count, bool $same): array
{
    for ($number = 0, $elements = []; $number < $count; $number++) {
        $elements[] = $same && $number ? $elements[0] : range(0, $count);
    }
    for ($number = 0, $array = []; $number < $count; $number++) {
        $array[] = $elements;
        $elements[] = array_shift($elements);
    }
    return $array;
}
/** By way of a reference, and without one. */
function cyclic(int $last, bool $by_reference): array
{
    $array = ['last' => $last, 'in' => []];
    if ($by_reference) {
        $array['in']['self'] = &$array;
        return $array;
    }
    $reference = &$array;
    $copy = $array;
    $array['in'] = $copy;
    return $array;
}
#[OPcache\PinnedStatic]
class State
{
    public static $value;
    public static $other;
}
$make = [
    'doubled' => fn(int $last) => doubled(200, $last),
    'chain' => fn(int $last) => chain(10_000, $last),
    'many' => fn(int $last) => [many(60, false), $last],
    'cyclic' => fn(int $last) => cyclic($last, false),
];
foreach ($make as $name => $value) {
    State::$value = $value(1);
    $said = OPcache\static_publish();
    // An equal array of other arrays.
    State::$value = $value(1);
    $said .= OPcache\static_publish();
    State::$value = $value(2);
    echo "$name: $said", OPcache\static_publish(), "\n";
}
// One array where there were many equal ones: somebody has put it there.
State::$value = many(60, false);
OPcache\static_publish();
State::$value = many(60, true);
echo 'one for many: ', OPcache\static_publish(), "\n";
// An array comes to be in itself.
State::$value = cyclic(1, true);
OPcache\static_publish();
end(State::$value);
echo 'in itself: ', OPcache\static_publish();
State::$value['in']['self']['last'] = 2;
echo OPcache\static_publish(), "\n";
State::$value = ['in' => ['in' => ['in' => []]]];
OPcache\static_publish();
State::$value['in'] = &State::$value;
echo 'put into itself: ', OPcache\static_publish(), "\n";
?>
--EXPECT--
doubled: 101
chain: 101
many: 101
cyclic: 101
one for many: 1
in itself: 01
put into itself: 1
