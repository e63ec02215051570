--TEST--
Whether a default is as declared is found out without the code that the message of a deprecated constant runs
--EXTENSIONS--
static_cache
--SKIPIF--
<?php if (PHP_VERSION_ID < 80500) die('skip global constants have no attributes before PHP 8.5'); ?>
--FILE--
<?php
require __DIR__ . '/../helpers/statics.inc';
in_hosts('<?php' . PUBLISHED . '
class Message
{
    public function __construct() { $GLOBALS["made"]++; if ($GLOBALS["looking"] ?? false) { Values::$list = [1]; } }
    public function __toString(): string { return "m"; }
}
class K { const NAME = "n"; }
#[\Deprecated(message: new Message)] const OLD = 5;
#[\Deprecated(message: new Message)] const OLD_NAME = "NAME";
#[\Deprecated("use another", since: "2")] const PLAIN = 7;
$made = 0;
$told = [];
set_error_handler(function ($kind, $message) { $GLOBALS["told"][] = $message; return true; });
#[OPcache\PinnedStatic]
class Values { public static $list = []; public static $one = [OLD + 1, "a" . PHP_VERSION, ["b" . PHP_VERSION, [OLD + 3]]]; public static $n = 0; }
#[OPcache\PinnedStatic]
class Names { public static $name = K::{OLD_NAME} . "!"; }
#[OPcache\PinnedStatic]
class Plain { public static $value = [PLAIN, PLAIN . "x"]; }
switch ($_GET["do"]) {
    case "plain": $x = Plain::$value; break;
    case "values": $x = Values::$one; break;
    case "names": $x = Names::$name; break;
}
$before = [$made, count($told)];
$looking = true;
echo OPcache\static_publish(), OPcache\static_publish(), $before === [$made, count($told)] ? " not run again" : " run again";
if ($_GET["do"] === "plain") { echo json_encode($told); }
echo published();
', each_of('do=plain', 'do=plain', 'do=values', 'do=values', 'do=names', 'do=names', 'do=plain'));

// At the end, where nothing but the end of the request looks.
in_hosts('<?php
class Message { public function __construct() { eval("1;"); if ($GLOBALS["ended"] ?? false) { OPcache\pinned_store("ran", true); } } public function __toString(): string { return "m"; } }
#[\Deprecated(message: new Message)] const OLD = 5;
#[OPcache\PinnedStatic] class A { public static $x = OLD + 1; }
echo @A::$x, json_encode(OPcache\pinned_fetch("ran"));
$ended = true;
', each_of('', ''));
?>
--EXPECT--
do=plain: 00 not run again["Constant PLAIN is deprecated since 2, use another","Constant PLAIN is deprecated since 2, use another"][0+0]
do=plain: 00 not run again["Constant PLAIN is deprecated since 2, use another","Constant PLAIN is deprecated since 2, use another"][0+0]
do=values: 10 not run again[1+0]
do=values: 00 not run again[1+0]
do=names: 10 not run again[2+0]
do=names: 00 not run again[2+0]
do=plain: 00 not run again["Constant PLAIN is deprecated since 2, use another","Constant PLAIN is deprecated since 2, use another"][2+0]
: 6null
: 6null
