--TEST--
Finding out whether a static is as its constant expression gives it runs no code: no class of a branch that is not taken is loaded
--EXTENSIONS--
static_cache
--FILE--
<?php
require __DIR__ . '/../helpers/statics.inc';
in_hosts('<?php' . PUBLISHED . '
const ENV = "prod", NONE = null, TEXT = "text";
class Text { public function __toString() { $GLOBALS["called"][] = "text"; return "text"; } }
define("OBJECTS", ["in" => [new Text()]]);
$called = [];
spl_autoload_register(function ($class) use (&$called) {
    $called[] = $class;
    $code = "";
    for ($i = 0; $i < 600; $i++) { $code .= "#[OPcache\\\\PinnedStatic] class $class$i { public static \$a = 1, \$b = 2, \$c = 3, \$d = 4, \$e = 5; }"; }
    if (!str_starts_with($class, "Missing")) { eval("$code class $class { const HOST = 5; }"); }
});
enum Level: int { case Low = 1; case High = 2; const BEST = self::High; }
class Hosts { const FIRST = self::SECOND . "!"; const SECOND = "host"; }
class Rest { const NEVER = Missing::HOST; }
#[OPcache\PinnedStatic]
class Config extends Hosts
{
    const HOST = parent::FIRST;
    public static $chosen = ENV === "prod" ? self::HOST : DevelopmentConfig::HOST;
    public static $other = ENV !== "prod" ? MissingConfig::HOST : ' . (PHP_VERSION_ID >= 80300 ? 'self::{"HO" . "ST"}' : 'self::HOST') . ';
    public static $constant = ENV === "prod" ? Hosts::FIRST : UNKNOWN;
    public static $known = ENV === "prod" || DevelopmentConfig::HOST;
    public static $left = [ENV ?? DevelopmentConfig::HOST, NONE && Other::HOST, [NONE ?? parent::FIRST]];
    public static $own = ENV === "prod" ? PARENT::SECOND : Rest::NEVER;
    public static $its = ENV === "prod" ? Level::BEST : Rest::NEVER;
    public static $none = ENV === "prod" ? 1 : Hosts::UNKNOWN;
    public static $n = 0;
}
#[OPcache\PinnedStatic]
class Odd { public static $text = OBJECTS["in"][0] . "!"; }
#[OPcache\PinnedStatic]
class Big { public static $text = TEXT . BIG; }
echo json_encode(match ($_GET["do"]) {
    "read" => Config::$chosen,
    "publish" => [Config::$chosen, OPcache\static_publish(), Config::$n++, OPcache\static_publish(), OPcache\static_publish()],
    "restored" => [Config::$chosen, Config::$other, Config::$constant, Config::$known, Config::$left, Config::$own, Config::$its, Config::$none, Config::$n],
    // Evaluating this once more would run code.
    "odd" => [Odd::$text, OPcache\static_publish()],
    // Evaluating this once more takes more memory than there is.
    "limit" => [
        set_error_handler(function ($kind, $message) { echo "handled: $message\n"; return true; }),
        register_shutdown_function(function () { echo "then ", json_encode(error_reporting() === E_ALL), " "; trigger_error("a warning", E_USER_WARNING); }),
        ini_set("memory_limit", memory_get_usage() + (30 << 20)), define("BIG", str_repeat("x", 12 << 20)), strlen(Big::$text), OPcache\static_publish(),
    ],
}), json_encode($called), published();
', function (callable $get) {
    each_of('do=read', 'do=read', 'do=publish', 'do=restored', 'do=odd')($get);
    echo preg_replace('/^.*Allowed memory size.*$/m', 'Allowed memory size', trim($get('do=limit'))), "\n";
    each_of('do=read')($get);
});
?>
--EXPECT--
do=read: "host!"[][0+0]
do=read: "host!"[][0+0]
do=publish: ["host!",0,0,1,0][][1+0]
do=restored: ["host!","host!","host!",true,["prod",false,["host!"]],"host",2,1,1][][1+0]
do=odd: ["text!",1]["text"][2+0]
Allowed memory size
then true handled: a warning
do=read: "host!"[][2+0]
