--TEST--
Reading is no change where PHP copies an array for it: functions and loops that take it by reference, references to elements, unset() of what is not there
--EXTENSIONS--
static_cache
--FILE--
<?php
require __DIR__ . '/../helpers/statics.inc';
$script = '<?php' . PUBLISHED . '
class Asked
{
    public $n = 1;
    public function __serialize(): array { OPcache\pinned_store("asked", ++Asking::$times); return ["n" => $this->n]; }
    public function __unserialize(array $data): void { $this->n = $data["n"]; }
}
class Asking { public static $times = 0; }
#[OPcache\PinnedStatic] class State
{
    public static array $map = ["declared"];
    public static $list;
    public static $empty = [];
    public static $shared;
    public static function &variable(?array $set = null) { static $variable = []; if ($set !== null) $variable = $set; return $variable; }
    public static function &map() { return self::$map; }
}
#[OPcache\VolatileStatic(0, OPcache\CacheStrategy::Tracking)] class Tracked { public static $map; public static $shared; }
#[OPcache\VolatileStatic] class Declared
{
    public static $literal = ["a", ["b", 1.5]];
    public static array $expression = [PHP_INT_SIZE, [M_PI, "x" => E_ALL]];
    public static function &variable() { static $literal = ["x", ["y"]]; return $literal; }
    public static function &evaluated() { static $expression = [PHP_INT_SIZE * 2, [M_PI]]; return $expression; }
}
function look(&$value) { return isset($value); }
/** Arrays that are read: all that have elements, and those in them. */
function &read(int $number)
{
    switch ($number) {
        case 0: return State::$map;
        case 1: return State::$map["list"];
        case 2: return State::$map["deep"]["down"];
        case 3: return State::$list;
        case 4: return State::$empty;
        case 5: return State::variable();
        case 6: return State::map()["deep"];
        case 7: return State::$shared;
        case 8: return State::$shared["list"];
        case 9: return State::$shared["twice"][1];
        case 10: return Tracked::$map;
        case 11: return Tracked::$map["list"];
        case 12: return Tracked::$map["objects"];
        case 13: return Tracked::$shared;
        case 14: return Tracked::$shared["list"];
        case 15: return Declared::$literal;
        case 16: return Declared::$literal[1];
        case 17: return Declared::$expression;
        case 18: return Declared::$expression[1];
        case 19: return Declared::variable();
        case 20: return Declared::evaluated()[1];
    }
}
const ARRAYS = 21;
$idioms = [
    "end" => function (&$array) { end($array); },
    "reset" => function (&$array) { next($array); reset($array); },
    "next" => function (&$array) { next($array); },
    "walk" => function (&$array) { array_walk($array, fn($value, $key) => 0); },
    "walk by reference" => function (&$array) { array_walk($array, function (&$value) { $read = $value; }); },
    "walk all" => function (&$array) { array_walk_recursive($array, fn($value) => 0); },
    "foreach" => function (&$array) { foreach ($array as &$value) { } },
    "foreach, kept" => function (&$array) { foreach ($array as &$GLOBALS["value"]) { } },
    "all kept" => function (&$array) { foreach ($array as $key => $value) $GLOBALS["all"][] = &$array[$key]; },
    "argument" => function (&$array) { foreach ($array as $key => $value) look($array[$key]); },
    "in elements" => function (&$array) { foreach ($array as &$value) if (is_array($value)) end($value); },
    "unset" => function (&$array) { unset($array["missing"], $array["missing"]["more"], $array[-1]); },
    "coalesce" => function (&$array) { foreach ($array as $key => $value) $array[$key] ??= 7; },
    "its own" => function (&$array) { foreach ($array as $key => $value) $array[$key] = $value; },
    "pushed and popped" => function (&$array) { if ($array && array_is_list($array)) { array_push($array, 1); array_pop($array); } },
    "list" => function (&$array) { if ($array) [array_key_first($array) => &$first] = $array; },
    "a copy" => function (&$array) { $copy = $array; $copy[] = 1; sort($copy); },
    "published" => function (&$array) { end($array); echo OPcache\static_publish(); next($array); echo OPcache\static_publish(); },
];
if ($_GET["do"] === "init") {
    // Made while the script runs: what is in the code lies elsewhere.
    $text = "text " . getmypid();
    $make = function () use ($text) {
        $twice = [new Asked(), [$text]];
        return ["list" => [3, 1, 2], "deep" => ["down" => [$text => 1.5, 7 => false, "none" => []]], "objects" => [new Asked(), "o" => new Asked()], "text" => $text, "twice" => [$twice, $twice], 5 => -0.0];
    };
    State::$map = $make();
    State::$list = [$text, 2, 3];
    unset(State::$list[1]);
    State::$empty = [1];
    array_pop(State::$empty);
    State::variable([$text, [1]]);
    State::$shared = $make();
    Tracked::$shared = $make();
    State::$shared["other"] = Tracked::$shared["other"] = 1;
    State::$shared["one"] = &State::$shared["other"];
    Tracked::$map = $make();
    Tracked::$shared["one"] = &Tracked::$shared["other"];
    Tracked::$shared["in"] = [&Tracked::$shared["one"]];
} elseif (isset($idioms[$_GET["do"]])) {
    for ($number = 0; $number < ARRAYS; $number++) {
        if ($_GET["which"] === "all" || $_GET["which"] === "$number") {
            $array = &read($number);
            $idioms[$_GET["do"]]($array);
            unset($array);
        }
    }
}
echo $_GET["do"] === "names" ? json_encode(array_keys($idioms)) : published();
';
in_hosts($script, function ($get) {
    $get('do=init');
    $before = $get('do=read');
    echo "$before\n";
    foreach (json_decode($get('do=names')) as $idiom) {
        foreach (['all', ...range(0, 20)] as $which) {
            $said = $get('do=' . urlencode($idiom) . "&which=$which");
            $after = $get('do=read');
            if ($after !== $before) {
                echo "$idiom, $which: $after\n";
                $before = $after;
            }
        }
    }
    echo "done\n";
});
?>
--EXPECT--
[13+1]
done
