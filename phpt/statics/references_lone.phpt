--TEST--
A reference that only an array of a static has: functions that share it with a new array (array_pad()) let scripts write to the static by way of that one
--EXTENSIONS--
static_cache
--FILE--
<?php
require __DIR__ . '/../helpers/statics.inc';
in_hosts('<?php' . PUBLISHED . '
#[OPcache\PinnedStatic] class State { public static $list; public static $map; }
#[OPcache\VolatileStatic(0, OPcache\CacheStrategy::Tracking)] class Tracked { public static $list; }
/** Elements that were taken by reference, by nobody any more. */
function make(): array
{
    $array = [1, "two", ["in" => [3, 4]], new ArrayObject([5])];
    foreach ($array as &$value) { }
    unset($value);
    $inner = &$array[2]["in"][0];
    return $array;
}
/** An array that is given by value, and the new one that is written to. */
function write(array $array, $value): void
{
    $padded = array_pad($array, 9, 0);
    $padded[0] = $value;
}
switch ($_GET["do"]) {
    case "same request":
        State::$list = make();
        State::$map = ["deep" => make()];
        Tracked::$list = make();
        echo OPcache\static_publish(), OPcache\static_publish(), " ";
        foreach ([1, 6, 7] as $value) {
            write(State::$list, $value);
            echo OPcache\static_publish(), OPcache\static_publish(), " ";
            write(State::$map["deep"], $value);
            echo OPcache\static_publish(), OPcache\static_publish(), " ";
            write(State::$map["deep"][2]["in"], $value);
            echo OPcache\static_publish(), OPcache\static_publish(), " ";
            write(Tracked::$list, $value);
            echo OPcache\static_publish(), OPcache\static_publish(), " ";
        }
        break;
    case "read":
        echo count(array_pad(State::$list, 9, 0)), end(State::$list)[0], State::$map["deep"][1], OPcache\static_publish(), " ";
        foreach (State::$list as &$value) { }
        $copy = Tracked::$list;
        $copy[0] = "of the copy";
        break;
    case "kept":
        State::$list = make();
        OPcache\static_publish();
        $GLOBALS["kept"] = &State::$list[0];
        echo OPcache\static_publish();
        $GLOBALS["kept"] = 8;
        break;
    case "bound":
        State::$list = make();
        OPcache\static_publish();
        State::$list[0] = 3;
        OPcache\static_publish();
        State::$list[0] = &State::$list[2]["in"][0];
        break;
    case "init":
        // Somebody has it as well when that is stored.
        State::$list = &State::$map;
        State::$map = [[1, 2], new ArrayObject([5])];
        $one = &State::$map[0][0];
        break;
    case "restored":
        write(State::$map[0], 9);
        break;
}
echo json_encode([State::$list, State::$map, Tracked::$list]), published();
', each_of('do=same+request', 'do=read', 'do=kept', 'do=none', 'do=bound', 'do=none', 'do=init', 'do=restored', 'do=none'));
?>
--EXPECT--
do=same+request: 20 00 00 10 00 10 10 10 10 10 10 10 10 [[7,"two",{"in":[3,4]},{"0":5}],{"deep":[7,"two",{"in":[7,4]},{"0":5}]},[7,"two",{"in":[3,4]},{"0":5}]][8+3]
do=read: 95two0 [[7,"two",{"in":[3,4]},{"0":5}],{"deep":[7,"two",{"in":[7,4]},{"0":5}]},[7,"two",{"in":[3,4]},{"0":5}]][8+3]
do=kept: 0[[8,"two",{"in":[3,4]},{"0":5}],{"deep":[7,"two",{"in":[7,4]},{"0":5}]},[7,"two",{"in":[3,4]},{"0":5}]][9+3]
do=none: [[8,"two",{"in":[3,4]},{"0":5}],{"deep":[7,"two",{"in":[7,4]},{"0":5}]},[7,"two",{"in":[3,4]},{"0":5}]][10+3]
do=bound: [[3,"two",{"in":[3,4]},{"0":5}],{"deep":[7,"two",{"in":[7,4]},{"0":5}]},[7,"two",{"in":[3,4]},{"0":5}]][12+3]
do=none: [[3,"two",{"in":[3,4]},{"0":5}],{"deep":[7,"two",{"in":[7,4]},{"0":5}]},[7,"two",{"in":[3,4]},{"0":5}]][13+3]
do=init: [[[1,2],{"0":5}],[[1,2],{"0":5}],[7,"two",{"in":[3,4]},{"0":5}]][13+3]
do=restored: [[[9,2],{"0":5}],[[9,2],{"0":5}],[7,"two",{"in":[3,4]},{"0":5}]][14+3]
do=none: [[[9,2],{"0":5}],[[9,2],{"0":5}],[7,"two",{"in":[3,4]},{"0":5}]][15+3]
