--TEST--
static_publish(): at once, for one class or all, in requests that run many jobs
--EXTENSIONS--
static_cache
--FILE--
<?php
require __DIR__ . '/../helpers/statics.inc';
in_hosts('<?php
namespace App;
use function OPcache\static_publish;
class Item { public $n = 0; }
#[\OPcache\PinnedStatic] class One { public static $n = 0; public static $list = ["x"]; public static ?Item $item = null; public static $s = "s"; public static function m() { static $n = 0; return ++$n; } }
class Two { #[\OPcache\VolatileStatic] public static $n = 0; #[\OPcache\VolatileStatic] public static $m = 0; }
$say = function (...$what) { echo json_encode($what), " "; };
switch ($_GET["do"]) {
    case "jobs":
        $say(static_publish());
        One::$n = 1; One::$list[] = 1; Two::$n = 1; Two::$m = 1;
        $say(static_publish("\\\\app\\\\ONE"), static_publish("App\\\\Two"), static_publish(), static_publish("No\\\\Such"));
        // What was published is not published again; what is written afterwards is.
        One::$list[] = 2;
        $say(static_publish());
        One::$s .= "!"; $say(static_publish()); One::$s .= "!"; $say(static_publish()); $say(static_publish());
        One::$item = new Item; $say(static_publish());
        One::$item->n = 5; $say(static_publish());
        One::$item = null; One::$item = new Item; One::$item->n = 6; $say(static_publish());
        One::m(); $say(static_publish());
        One::$list[] = "at the end"; Two::$m = 2;
        break;
    case "fails":
        One::$n = "lost";
        register_shutdown_function(function () { One::$n = "by hand"; static_publish(); });
        undefined();
    default:
        $say(One::$n, One::$list, One::$item?->n, One::$s, Two::$n, Two::$m, One::m());
}
try { static_publish([]); } catch (\TypeError $e) { echo "TypeError "; }
try { static_publish("a", "b"); } catch (\ArgumentCountError $e) { echo "ArgumentCountError"; }
', function (callable $get) {
    echo $get('do=jobs'), "\n", $get('do=read'), "\n";
    $get('do=fails');
    echo $get('do=read'), "\n";
});
?>
--EXPECT--
[0] [1,2,0,0] [1] [1] [1] [0] [1] [0] [1] [1] TypeError ArgumentCountError
[1,["x",1,2,"at the end"],6,"s!!",1,2,2] TypeError ArgumentCountError
["by hand",["x",1,2,"at the end"],6,"s!!",1,2,3] TypeError ArgumentCountError
