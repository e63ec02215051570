--TEST--
Keys that an array holds by reference are keys as any other
--EXTENSIONS--
static_cache
--FILE--
<?php
foreach (['volatile', 'pinned'] as $cache) {
    [$store, $fetch, $delete] = ["OPcache\\{$cache}_store_array", "OPcache\\{$cache}_fetch_array", "OPcache\\{$cache}_delete_array"];
    $store(['p.a' => 1, 'p.b' => 2, 7 => 'seven']);
    $keys = ['a', 'b'];
    foreach ($keys as &$key) {
        $key = "p.{$key}";
    }
    $number = 7;
    $keys[] = &$number;
    var_dump($fetch($keys) === ['p.a' => 1, 'p.b' => 2, 7 => 'seven']);
    unset($key);
    var_dump($fetch($keys) === ['p.a' => 1, 'p.b' => 2, 7 => 'seven']);
    var_dump($delete($keys), array_filter($fetch($keys)));
    $wrong = 1.5;
    foreach ([$fetch, $delete] as $function) {
        try {
            $function([&$wrong]);
        } catch (TypeError $e) {
            echo $e->getMessage(), "\n";
        }
    }
}

// User code that runs meanwhile may give the variables other values: the keys are what they were.
class Changes
{
    public function __wakeup(): void
    {
        $GLOBALS['first'] = str_repeat('Z', 10) . mt_rand();
        $GLOBALS['second'] = new stdClass();
        $GLOBALS['others'] = array_map(fn() => str_repeat('J', 30), range(1, 100));
    }
}
foreach (['volatile', 'pinned'] as $cache) {
    ("OPcache\\{$cache}_store")('object' . str_repeat('q', 28), new Changes());
    ("OPcache\\{$cache}_store")('second', 2);
    for ($round = 0; $round < 5; $round++) {
        [$first, $second] = ['object' . str_repeat('q', 27 + $round - $round) . 'q', implode(['sec', 'ond'])];
        echo json_encode(("OPcache\\{$cache}_fetch_array")([&$first, 'x' => &$second])), "\n";
    }
}
?>
--EXPECT--
bool(true)
bool(true)
bool(true)
array(0) {
}
OPcache\volatile_fetch_array(): Argument #1 ($keys) must contain only strings and integers, float given
OPcache\volatile_delete_array(): Argument #1 ($keys) must contain only strings and integers, float given
bool(true)
bool(true)
bool(true)
array(0) {
}
OPcache\pinned_fetch_array(): Argument #1 ($keys) must contain only strings and integers, float given
OPcache\pinned_delete_array(): Argument #1 ($keys) must contain only strings and integers, float given
{"objectqqqqqqqqqqqqqqqqqqqqqqqqqqqq":{},"second":2}
{"objectqqqqqqqqqqqqqqqqqqqqqqqqqqqq":{},"second":2}
{"objectqqqqqqqqqqqqqqqqqqqqqqqqqqqq":{},"second":2}
{"objectqqqqqqqqqqqqqqqqqqqqqqqqqqqq":{},"second":2}
{"objectqqqqqqqqqqqqqqqqqqqqqqqqqqqq":{},"second":2}
{"objectqqqqqqqqqqqqqqqqqqqqqqqqqqqq":{},"second":2}
{"objectqqqqqqqqqqqqqqqqqqqqqqqqqqqq":{},"second":2}
{"objectqqqqqqqqqqqqqqqqqqqqqqqqqqqq":{},"second":2}
{"objectqqqqqqqqqqqqqqqqqqqqqqqqqqqq":{},"second":2}
{"objectqqqqqqqqqqqqqqqqqqqqqqqqqqqq":{},"second":2}
