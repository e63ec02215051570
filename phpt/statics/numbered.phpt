--TEST--
Static state with properties under ints, as ArrayObject appends them to an object: published when one is added, there in the next request
--EXTENSIONS--
static_cache
--FILE--
<?php
require __DIR__ . '/../helpers/statics.inc';
in_hosts('<?php' . PUBLISHED . '
use OPcache\{CacheStrategy, PinnedStatic, VolatileStatic};
error_reporting(E_ALL & ~E_DEPRECATED);
#[AllowDynamicProperties] class Declared { public $x = 1; }
#[PinnedStatic] class Kept { public static $object; }
#[VolatileStatic(strategy: CacheStrategy::Tracking)] class Tracked { public static $object; public static $list = []; }
function append(object $object, mixed $value): void { $array = new ArrayObject($object); $array[] = $value; }
$do = [
    "show" => fn() => [Kept::$object, Tracked::$object, Tracked::$list],
    "names" => fn() => [Kept::$object->{"0"}, Tracked::$object->{"0"}, Tracked::$list[0]->{"1"}->x],
    "set" => function () {
        Kept::$object = new Declared; append(Kept::$object, "kept");
        Tracked::$object = new Declared; append(Tracked::$object, "tracked");
        Tracked::$list = [Tracked::$object, new Declared]; append(Tracked::$list[0], Tracked::$list[1]);
    },
    "add" => function () { append(Tracked::$object, ["added"]); },
    "add below" => function () { append(Tracked::$list[1], "below"); },
    "value" => function () {
        OPcache\pinned_store("value", [Kept::$object, new ArrayObject(Tracked::$object)]); append(Kept::$object, 1);
        OPcache\pinned_store("more", Kept::$object);
    },
    "values" => fn() => [OPcache\pinned_fetch("value"), OPcache\pinned_fetch("more")],
];
$result = $do[urldecode($_GET["do"])]();
echo $result === null ? "" : json_encode($result), " ", published();
', each_of(
    'do=set', 'do=show', 'do=names', 'do=add', 'do=show', 'do=add+below', 'do=show', 'do=show', 'do=value', 'do=values', 'do=values', 'do=show',
));
?>
--EXPECT--
do=set:  [0+0]
do=show: [{"x":1,"0":"kept"},{"x":1,"0":"tracked","1":{"x":1}},[{"x":1,"0":"tracked","1":{"x":1}},{"x":1}]] [1+1]
do=names: ["kept","tracked",1] [1+1]
do=add:  [1+1]
do=show: [{"x":1,"0":"kept"},{"x":1,"0":["added"],"1":{"x":1}},[{"x":1,"0":["added"],"1":{"x":1}},{"x":1}]] [1+2]
do=add+below:  [1+2]
do=show: [{"x":1,"0":"kept"},{"x":1,"0":["added"],"1":{"x":1,"0":"below"}},[{"x":1,"0":["added"],"1":{"x":1,"0":"below"}},{"x":1,"0":"below"}]] [1+3]
do=show: [{"x":1,"0":"kept"},{"x":1,"0":["added"],"1":{"x":1,"0":"below"}},[{"x":1,"0":["added"],"1":{"x":1,"0":"below"}},{"x":1,"0":"below"}]] [1+3]
do=value:  [3+3]
do=values: [[{"x":1,"0":"kept"},{"x":1,"0":["added"],"1":{"x":1,"0":"below"}}],{"x":1,"0":1}] [3+3]
do=values: [[{"x":1,"0":"kept"},{"x":1,"0":["added"],"1":{"x":1,"0":"below"}}],{"x":1,"0":1}] [3+3]
do=show: [{"x":1,"0":"kept"},{"x":1,"0":["added"],"1":{"x":1,"0":"below"}},[{"x":1,"0":["added"],"1":{"x":1,"0":"below"}},{"x":1,"0":"below"}]] [3+3]
