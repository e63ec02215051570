--TEST--
An array with shared references is the script's alone: what PHP makes of its references does not depend on the comparison, which notices what is written to it in its place
--EXTENSIONS--
static_cache
--FILE--
<?php
require __DIR__ . '/../helpers/statics.inc';
in_hosts('<?php ' . PUBLISHED . '
class Kept
{
    public $n = 1;
    public function __construct(public int $id) {}
    public function __destruct() { echo "[$this->id]"; }
}
#[OPcache\PinnedStatic] class State { public static $map = []; public static $n = 0; }
#[OPcache\VolatileStatic(0, OPcache\CacheStrategy::Tracking)] class Tracked { public static $map = []; }

/** One reference in two places. */
function make(): array
{
    $x = "A";
    return ["a" => &$x, "b" => &$x];
}
/** With one place left it is a plain value, of which a copy is a copy. */
function copied(string $class): string
{
    unset($class::$map["b"]);
    $copy = $class::$map;
    $class::$map["a"] = "changed";
    return $copy["a"];
}
switch ($_GET["do"]) {
    case "make":
        [State::$map, Tracked::$map] = [make(), make()];
        break;
    case "copy":
        echo copied("State"), copied("Tracked");
        break;
    case "publish":
        [State::$map, Tracked::$map] = [make(), make()];
        echo OPcache\static_publish(), copied("State"), copied("Tracked");
        break;
    case "delete":
        State::$map = make();
        OPcache\pinned_delete("State");
        echo copied("State");
        break;
    case "write":
        $x = "A";
        $text = str_repeat("t", 20);
        State::$map = ["a" => &$x, "b" => &$x, "list" => [1, [2, 3]], "text" => $text . "!", "object" => new Kept(1), 5 => 1.5];
        State::$map["self"] = &State::$map["list"];
        State::$map["again"] = &State::$map["list"];
        $copies = [[4], [4]];
        State::$map["copies"] = [$copies, $copies];
        unset($copies);
        $steps = [
            "first" => function () {},
            "read" => function () { foreach (State::$map as $key => $value) json_encode([$key, $value]); count(State::$map["list"]); },
            "element" => function () { State::$map[5] = 2.5; },
            "same" => function () { State::$map[5] = 2.5; },
            "kind" => function () { State::$map[5] = null; },
            "text" => function () { State::$map["text"] .= "?"; },
            "object" => function () { State::$map["object"] = null; State::$map["object"] = new Kept(2); },
            "another" => function () { unset(State::$map["object"]); State::$map["object"] = new Kept(3); },
            "within" => function () { State::$map["object"]->n++; },
            "deep" => function () { State::$map["list"][1][0] = "two"; },
            "copies" => function () { State::$map["copies"][1][0][0]++; },
            "append" => function () { State::$map["list"][] = "next"; },
            "index" => function () { State::$map["list"][] = 1; unset(State::$map["list"][3]); },
            "key" => function () { unset(State::$map[5]); State::$map[6] = null; },
            "order" => function () { $object = State::$map["object"]; unset(State::$map["object"]); State::$map["object"] = $object; },
            "unshared" => function () { $a = State::$map["a"]; unset(State::$map["b"]); State::$map["b"] = $a; },
            "shared" => function () { State::$map["b"] = &State::$map["a"]; },
            "by reference" => function () { foreach (State::$map["copies"] as &$value); unset($value); },
            "through" => function () use (&$x) { $x = "B"; },
            "let go" => function () use (&$x) { unset($x); },
            "emptied" => function () { State::$map["self"] = []; },
            "gone" => function () { State::$map = [[1]]; },
            "plain" => function () { State::$map[0][0]++; },
        ];
        foreach ($steps as $name => $step) {
            $step();
            echo $name, " ", OPcache\static_publish(), OPcache\static_publish(), "\n";
        }
        // What others had, and have no more, is as it was.
        $x = [1];
        $inner = &$x[0];
        State::$map = ["in" => &$x, 2];
        echo OPcache\static_publish();
        unset($x, $inner);
        echo OPcache\static_publish();
        break;
}
echo " ", published();
', each_of('do=make', 'do=copy', 'do=publish', 'do=delete', 'do=write', 'do=none'));
?>
--EXPECT--
do=make:  [0+0]
do=copy: AA [1+1]
do=publish: 2AA [3+3]
do=delete: A [4+4]
do=write: first 10
read 00
element 10
same 00
kind 10
text 10
[1]object 10
[2]another 10
within 00
deep 10
copies 10
append 10
index 10
key 10
order 10
unshared 10
shared 10
by reference 00
through 10
let go 00
emptied 10
[3]gone 10
plain 10
10 [24+4]
do=none:  [24+4]
