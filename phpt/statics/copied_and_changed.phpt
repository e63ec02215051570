--TEST--
What is changed in an array is a change, however little: kinds, keys, their order, the next free index, other strings and objects, what is bound
--EXTENSIONS--
static_cache
--FILE--
<?php
require __DIR__ . '/../helpers/statics.inc';
in_hosts('<?php' . PUBLISHED . '
class Plain { public $n = 1; public $more = []; }
#[OPcache\PinnedStatic] class State
{
    public static $map = [];
    public static $other = [];
    public static $shared = [];
    public static $one = 1;
}
#[OPcache\VolatileStatic(0, OPcache\CacheStrategy::Tracking)] class Tracked { public static $map = []; public static $object; public static $list; }
class Declared
{
    #[OPcache\PinnedStatic] public static $literal = [1, ["a"], "k" => 2];
    #[OPcache\PinnedStatic] public static $expression = [PHP_INT_SIZE, [M_PI]];
    #[OPcache\PinnedStatic] public static function &variable() { static $literal = [1, [2]]; return $literal; }
}
function make(): array
{
    $text = "text " . getmypid();
    return ["a" => 1, "b" => ["x", [1, 2]], "list" => [1, 2, 3], "empty" => [], "text" => $text, "object" => new Plain(), "deep" => ["in" => ["objects" => [new Plain()]]], 9 => false, "same" => [1, 2, 3]];
}
function again(array &$array, $key): void { $value = $array[$key]; unset($array[$key]); $array[$key] = $value; }
function apart(array $list = [1, 2]): void { Tracked::$object = new Plain(); Tracked::$object->more = ["in" => [1]]; Tracked::$list = $list; OPcache\static_publish(); }
$changes = [
    "value" => function () { State::$map["a"] = 2; },
    "nested" => function () { State::$map["b"][1][0] = 7; },
    "float" => function () { State::$map["b"][1][1] = 2.0; },
    "by reference" => function () { foreach (State::$map["list"] as &$item) $item++; },
    "kept" => function () { $GLOBALS["kept"] = &State::$map["list"][1]; $GLOBALS["kept"] = "changed"; },
    "added" => function () { State::$map["list"][] = 4; },
    "removed" => function () { unset(State::$map["list"][3]); },
    "added and removed" => function () { State::$map["list"][] = 4; unset(State::$map["list"][array_key_last(State::$map["list"])]); },
    "and of an empty one" => function () { State::$map["empty"][] = 4; unset(State::$map["empty"][0]); },
    "order" => function () { again(State::$map, "a"); },
    "nested order" => function () { again(State::$map["list"], 0); },
    "key" => function () { unset(State::$map[9], State::$map["same"]); State::$map["same "] = [1, 2, 3]; State::$map["9 "] = false; },
    "key of the same kind" => function () { unset(State::$map["9 "]); State::$map["9."] = false; },
    "false and null" => function () { State::$map["9."] = null; },
    "a list and no list" => function () { $list = State::$map["same "]; $list["k"] = 1; unset($list["k"]); State::$map["same "] = $list; },
    "object" => function () { State::$map["object"] = clone State::$map["object"]; },
    "deep object" => function () { State::$map["deep"]["in"]["objects"][0] = new Plain(); },
    "text" => function () { State::$map["text"] .= ""; State::$map["text"] = strrev(strrev(State::$map["text"])); },
    "array for another" => function () { State::$map["list"] = [3, 2, 1]; },
    "bound" => function () { State::$map["list"][0] = &State::$map["list"][1]; State::$map["list"][1] = 3; },
    "bound elsewhere" => function () { State::$map["bound"] = 1; State::$map["list"][2] = &State::$map["bound"]; },
    "equal ones bound" => function () { State::$other = ["a" => 1, "b" => 1]; OPcache\static_publish(); State::$other["a"] = &State::$other["b"]; },
    "unbound" => function () { $value = State::$other["a"]; unset(State::$other["a"]); State::$other = ["a" => $value] + State::$other; },
    "two statics bound" => function () { State::$map = [1]; State::$other = [1]; OPcache\static_publish(); State::$map[0] = &State::$other[0]; },
    "two unbound" => function () { $one = State::$map[0]; unset(State::$map[0]); State::$map = [$one]; },
    "a static bound" => function () { State::$one = 1; State::$map = [1, 2]; OPcache\static_publish(); State::$map[0] = &State::$one; },
    "a static bound to it" => function () { State::$one = 1; State::$map = [1, 2]; OPcache\static_publish(); State::$one = &State::$map[0]; },
    "beside shared ones" => function () { $x = 1; State::$shared = ["a" => &$x, "b" => &$x, "plain" => 1, "list" => [1, [2]], "twice" => [[1], [1]]]; },
    "in a copy" => function () { end(State::$shared["list"]); State::$shared["list"][1][0] = 3; },
    "bound to a shared one" => function () { State::$shared["plain"] = &State::$shared["a"]; },
    "shared with another" => function () { State::$other = ["a" => 1]; OPcache\static_publish(); State::$other["a"] = &State::$shared["a"]; },
    "bound in a copy" => function () { State::$shared["twice"][0][0] = &State::$shared["twice"][1][0]; },
    "literal" => function () { Declared::$literal[1][0] = "b"; },
    "expression" => function () { Declared::$expression[] = 1; unset(Declared::$expression[2]); },
    "variable" => function () { $variable = &Declared::variable(); $variable[1] = [$variable[1] === [2.0] ? 3.0 : 2.0]; },
    "restored" => function () { Tracked::$map = make(); },
    "in an object" => function () { end(Tracked::$map); Tracked::$map["object"]->n++; },
    "in an object, by reference" => function () { $object = &Tracked::$map["deep"]["in"]["objects"][0]; $object->more["x"] = 1; },
    "in an object, after a copy" => function () { foreach (Tracked::$map as &$value) { if (is_array($value)) end($value); } Tracked::$map["object"]->n++; },
    "an element beside it" => function () { Tracked::$map["list"][1] = 2.0; },
    "bound to an element" => function () { Tracked::$map["object"]->n = 1; OPcache\static_publish(); Tracked::$map["object"]->n = &Tracked::$map["list"][0]; },
    "a property bound to an element elsewhere" => function () { apart(); Tracked::$object->n = &Tracked::$list[0]; },
    "an element bound to a property elsewhere" => function () { apart(); Tracked::$list[0] = &Tracked::$object->n; },
    "bound by way of a variable" => function () { apart(); $variable = &Tracked::$list[0]; Tracked::$object->n = &$variable; },
    "beside references that were there" => function () { $x = 1; apart(["a" => &$x, "b" => &$x, 0 => 1]); Tracked::$object->n = &Tracked::$list[0]; },
];
if ($_GET["do"] === "names") {
    echo json_encode(array_keys($changes));
} elseif ($_GET["do"] === "init") {
    State::$map = make();
    end(State::$map);
} elseif (isset($changes[$_GET["do"]])) {
    $changes[$_GET["do"]]();
    $after = published();
    // By now or at the end, and then no more.
    if (isset($_GET["now"])) echo OPcache\static_publish(), OPcache\static_publish();
    else echo $after;
} else {
    echo published();
}
', function ($get) {
    foreach (['', '&now'] as $when) {
        $get('do=init');
        foreach (json_decode($get('do=names')) as $change) {
            $said = $get('do=' . urlencode($change) . $when);
            $after = $get('do=read');
            $is_seen = $when ? $said === '10' : $said !== $after;
            if (!$is_seen) {
                echo "$change$when: $said $after\n";
            }
            if ($get('do=read') !== $after) {
                echo "$change$when: reading is a change\n";
            }
        }
        $get('do=clear');
    }
    echo "done\n";
});
?>
--EXPECT--
done
