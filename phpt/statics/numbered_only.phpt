--TEST--
Static state with objects that have no other properties than those that ArrayObject appended to them
--EXTENSIONS--
static_cache
--FILE--
<?php
require __DIR__ . '/../helpers/statics.inc';
in_hosts('<?php' . PUBLISHED . '
use OPcache\{CacheStrategy, PinnedStatic, VolatileStatic};
#[PinnedStatic] class Kept { public static $object; public static $list; }
#[VolatileStatic(strategy: CacheStrategy::Tracking)] class Tracked { public static $object; public static $below = []; }
function append(object $object, mixed ...$values): object
{
    $array = @new ArrayObject($object);
    foreach ($values as $value) {
        $array[] = $value;
    }
    return $object;
}
$do = [
    "set" => function () {
        Kept::$object = append(new stdClass, "kept", [1]); Kept::$list = [append(new stdClass, Kept::$object)];
        Tracked::$object = append(new stdClass, "tracked"); Tracked::$below = [[append(new stdClass, new DateTime("2020-01-01"))]];
    },
    "show" => fn() => [Kept::$object, Kept::$list[0]->{"0"} === Kept::$object, Tracked::$object, Tracked::$below[0][0]->{"0"}->format("Y")],
    "twice" => function () {
        Tracked::$object = append(new stdClass, "a"); echo OPcache\static_publish(), " ";
        append(Tracked::$object, "b"); echo OPcache\static_publish(), " ";
        array_walk(Tracked::$object, function (&$value) { $value .= "!"; }); echo OPcache\static_publish(), " ";
        append(Tracked::$object, "c", "d"); echo OPcache\static_publish(), " ", OPcache\static_publish();
    },
    "below" => function () {
        Tracked::$below = [[append(new stdClass, new DateTime("2021-01-01"))]]; echo OPcache\static_publish(), " ";
        foreach (@new ArrayObject(Tracked::$below[0][0]) as $date) { $date->modify("+1 year"); }
        echo OPcache\static_publish(), " ", OPcache\static_publish();
    },
    "end" => function () { Tracked::$object = append(new stdClass, "x"); OPcache\static_publish(); append(Tracked::$object, "at the end"); },
];
$result = $do[$_GET["do"]]();
echo $result === null ? "" : json_encode($result), " ", published();
', each_of('do=set', 'do=show', 'do=twice', 'do=show', 'do=below', 'do=show', 'do=end', 'do=show', 'do=show'));
?>
--EXPECT--
do=set:  [0+0]
do=show: [{"0":"kept","1":[1]},true,{"0":"tracked"},"2020"] [1+1]
do=twice: 1 1 1 1 0 [1+5]
do=show: [{"0":"kept","1":[1]},true,{"0":"a!","1":"b!","2":"c","3":"d"},"2020"] [1+5]
do=below: 1 1 0 [1+7]
do=show: [{"0":"kept","1":[1]},true,{"0":"a!","1":"b!","2":"c","3":"d"},"2022"] [1+7]
do=end:  [1+8]
do=show: [{"0":"kept","1":[1]},true,{"0":"x","1":"at the end"},"2022"] [1+9]
do=show: [{"0":"kept","1":[1]},true,{"0":"x","1":"at the end"},"2022"] [1+9]
