--TEST--
Tracking: another object in a property or an element is a change, also where it has the same content
--EXTENSIONS--
static_cache
--FILE--
<?php
require __DIR__ . '/../helpers/statics.inc';
in_hosts('<?php' . PUBLISHED . '
use OPcache\{CacheStrategy, VolatileStatic};
class User { public $hits = 0; }
class Context { public $user; public $list = []; }
#[VolatileStatic(0, CacheStrategy::Tracking)]
class State { public static ?Context $context = null; public static array $users = []; }
$context = State::$context ?? new Context();
switch ($_GET["do"]) {
    case "init":
        State::$users = ["a" => new User(), "b" => new User(), "c" => new User(), "d" => new User(), "e" => new User(), "f" => new User(), "time" => new DateTime("2020-01-01"), "period" => new DatePeriod(new DateTime("2020-01-01"), new DateInterval("P1D"), 2)];
        State::$context = $context;
        $context->user = State::$users["a"];
        $context->list = ["in" => [State::$users["c"]], "own" => [clone State::$users["time"], clone State::$users["period"]]];
        break;
    case "property": $context->user = State::$users["b"]; break;
    case "element": $context->list["in"][0] = State::$users["d"]; break;
    case "dynamic": @$context->more = State::$users["e"]; break;
    case "dynamic again": $context->more = State::$users["f"]; break;
    case "same": $context->user = State::$users["b"]; $context->list["in"] = [State::$users["d"]]; break;
    case "read":
        foreach (State::$users as $user) { $shown = print_r($user, true) . json_encode($user); }
        $shown = print_r($context, true) . serialize($context);
        $copy = clone $context;
        break;
}
$name = fn($user) => array_search($user, State::$users, true);
echo $name($context->user), $name($context->list["in"][0]), $name($context->more ?? null), " ", OPcache\static_publish(), published();
', each_of('do=init', 'do=read', 'do=property', 'do=read', 'do=element', 'do=read', 'do=same', 'do=dynamic', 'do=dynamic+again', 'do=read', 'do=read'));
?>
--EXPECT--
do=init: ac 1[0+1]
do=read: ac 0[0+1]
do=property: bc 1[0+2]
do=read: bc 0[0+2]
do=element: bd 1[0+3]
do=read: bd 0[0+3]
do=same: bd 0[0+3]
do=dynamic: bde 1[0+4]
do=dynamic+again: bdf 1[0+5]
do=read: bdf 0[0+5]
do=read: bdf 0[0+5]
