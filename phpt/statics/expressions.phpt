--TEST--
A constant expression as default is no change when it was evaluated, and does not replace what others stored
--EXTENSIONS--
static_cache
--FILE--
<?php
require __DIR__ . '/../helpers/statics.inc';
echo "forms\n";
in_hosts('<?php' . PUBLISHED . '
const LIMIT = 10, WORD = "5 apples", LIST_ = ["a", LIMIT], KEYS = ["k" => 1], UNKNOWN = NAN;
define("MOMENT", microtime(true));
enum Suit: string { case Hearts = "h"; const BEST = self::Hearts; }
class Other { const SIZE = LIMIT * 2; const NAMES = [self::SIZE => "twenty"]; }
class Text { public function __toString() { $GLOBALS["called"][] = "text"; return "text"; } }
define("OBJECT", new Text());
$called = [];
set_error_handler(function ($kind, $message) { $GLOBALS["called"][] = $message; return true; });
#[OPcache\PinnedStatic]
class Config
{
    public static $limit = LIMIT;
    public static float $float = LIMIT;
    public static ?float $maybe = Other::SIZE;
    public static array $list = ["limit" => LIMIT, "of" => [Other::SIZE, Other::NAMES], ...KEYS];
    public static string $text = self::class . "-" . LIMIT . "/" . Other::SIZE;
    public static $suit = Suit::BEST;
    public static array $suits = [Suit::Hearts, "all" => [Suit::BEST]];
    public static $when = MOMENT;
    public static $chosen = LIMIT > 5 ? LIST_[0] : null;
    public static $left = KEYS["none"] ?? !LIMIT;
    public static $warned = WORD + LIMIT;
    public static $unknown = UNKNOWN;
    public static float $least = NAN;
    public static $all = ["of" => [UNKNOWN, "k" => -LIMIT * INF], LIMIT => UNKNOWN];
    public static int $other = 0;
}
#[OPcache\PinnedStatic]
class Odd { public static $text = OBJECT . "!"; public static $object = OBJECT; }
switch ($_GET["do"]) {
    case "read": $x = Config::$limit; break;
    case "same": Config::$limit = 10; Config::$list = ["limit" => 10, "of" => [20, [20 => "twenty"]], "k" => 1]; Config::$float = 10; Config::$text .= ""; break;
    case "at once": $x = Config::$limit; echo OPcache\static_publish(), OPcache\static_publish(); Config::$other++; echo OPcache\static_publish(), OPcache\static_publish(); break;
    // Evaluating this once more would run code.
    case "odd": echo Odd::$text, OPcache\static_publish(), OPcache\static_publish(); break;
}
echo " ", json_encode($called), published();
', each_of('do=read', 'do=same', 'do=read', 'do=at+once', 'do=read', 'do=odd', 'do=odd'));
echo "changes\n";
$script = '<?php' . PUBLISHED . '
const LIMIT = 10, KEYS = ["k" => 1];
enum Suit: string { case Hearts = "h"; case Spades = "s"; }
#[OPcache\PinnedStatic]
class Config
{
    public static $limit = LIMIT;
    public static float $float = LIMIT;
    public static array $list = ["limit" => LIMIT, ...KEYS];
    public static $suit = Suit::Hearts;
    public static int $other = 0;
    public static $unknown = [NAN, "of" => [LIMIT => NAN]];
}
match ($_GET["set"] ?? "") {
    "limit" => Config::$limit = LIMIT * 2, "type" => Config::$limit = "10", "null" => Config::$limit = null, "float" => Config::$float = 10.5, "list" => Config::$list[] = LIMIT,
    "order" => Config::$list = array_reverse(Config::$list, true), "suit" => Config::$suit = Suit::Spades, "array" => Config::$limit = [LIMIT],
    "number" => Config::$unknown[0] = 1.0, "deep" => Config::$unknown["of"][10] = "NAN", "key" => Config::$unknown = [NAN, "of" => ["k" => NAN]], "more" => Config::$unknown["of"][] = NAN,
    "clear" => OPcache\pinned_clear(),
    "at once" => print(OPcache\static_publish() . Config::$other . OPcache\static_publish() . ++Config::$limit . OPcache\static_publish() . OPcache\static_publish() . " "),
    "deleted" => print(OPcache\pinned_clear() . Config::$other . OPcache\static_publish() . " "),
    "" => null,
};
echo json_encode([Config::$limit, Config::$float, Config::$list, Config::$suit, Config::$other]), isset($_GET["nan"]) ? serialize(Config::$unknown) : "", OPcache\pinned_cache_info()->entry_count;
';
in_hosts($script, function (callable $get) {
    foreach (['limit', 'type', 'null', 'float', 'list', 'order', 'suit', 'array', 'at+once', 'deleted'] as $change) {
        echo "$change: ", $get("set=$change"), " ", $get(""), $get("set=clear") ? "\n" : "";
    }
    foreach (['number', 'deep', 'key', 'more'] as $change) {
        $get("set=$change");
        echo "$change: ", $get("nan"), $get("set=clear") ? "\n" : "";
    }
});
echo "bound\n";
in_hosts('<?php' . PUBLISHED . '
const TWO = 2;
#[OPcache\PinnedStatic]
class Config
{
    public static $list = [TWO, 2, [2], "same" => [2]];
    public static $other = [2, TWO];
    public static $plain = 2;
}
$before = published();
switch ($_GET["do"]) {
    case "element": Config::$list[0] = &Config::$list[1]; break;
    case "nested": Config::$list[2][0] = &Config::$list[0]; break;
    case "in two": Config::$list[2][0] = &Config::$list["same"][0]; break;
    case "other": Config::$list[0] = &Config::$other[0]; break;
    case "static": Config::$plain = &Config::$list[0]; break;
    case "to static": Config::$list[0] = &Config::$plain; break;
    case "whole": Config::$list[0] = &Config::$plain; Config::$other[1] = &Config::$plain; break;
    // Nobody else of the entry has it.
    case "variable": $variable = &Config::$list[0]; $again = &Config::$other[0]; break;
    case "read": end(Config::$list[2]); foreach (Config::$other as &$value) { } break;
    case "write": Config::$list[0] = 7; Config::$list["same"][0] = 8; break;
    case "clear": OPcache\pinned_clear(); break;
}
echo $_GET["do"] === "write" ? json_encode([Config::$list, Config::$other, Config::$plain]) : $before;
', function (callable $get) {
    foreach (['element', 'nested', 'in+two', 'other', 'static', 'to+static', 'whole', 'variable', 'read'] as $do) {
        $before = $get("do=$do");
        echo "$do: ", $get('do=none') === $before ? 'no change ' : '', $get('do=write'), $get('do=clear') ? "\n" : '';
    }
});
echo "waiting for classes\n";
in_hosts('<?php
const LIMIT = 10;
$do = $_GET["do"] ?? "";
spl_autoload_register(function ($class) use ($do) { if ($do === "bad") throw new Exception("no file"); if ($do !== "none") { eval("class $class { public \$v = 1; }"); } });
try {
    if (true) { #[OPcache\PinnedStatic] class State { public static $x = [LIMIT]; public static $n = 0; public static $o = null; public static function m() { static $k = LIMIT, $o = new ArrayObject(); return $k; } } }
} catch (Exception $e) { echo $e->getMessage(), " "; }
if (isset($_GET["late"])) { State::$x; State::m(); if (true) { class Later { public $v = 2; } } }
if ($do === "set") { State::$n = 5; State::$o = new Missing(); }
if ($do === "later") { State::$n = 6; State::$o = new Later(); }
echo json_encode([State::$x, State::$n, State::$o, $do === "none" || isset($_GET["late"]) ? State::m() : 0]);
', each_of('do=read', 'do=set', 'do=read', 'do=none', 'do=none', 'do=bad', 'do=read', 'do=later&late', 'do=read&late', 'do=read&late'));
?>
--EXPECT--
forms
do=read:  ["A non-numeric value encountered"][0+0]
do=same:  ["A non-numeric value encountered"][0+0]
do=read:  ["A non-numeric value encountered"][0+0]
do=at+once: 0010 ["A non-numeric value encountered"][1+0]
do=read:  [][1+0]
do=odd: text!10 ["text"][2+0]
do=odd: text!00 [][2+0]
changes
limit: [20,10,{"limit":10,"k":1},"h",0]0 [20,10,{"limit":10,"k":1},"h",0]1
type: ["10",10,{"limit":10,"k":1},"h",0]0 ["10",10,{"limit":10,"k":1},"h",0]1
null: [null,10,{"limit":10,"k":1},"h",0]0 [null,10,{"limit":10,"k":1},"h",0]1
float: [10,10.5,{"limit":10,"k":1},"h",0]0 [10,10.5,{"limit":10,"k":1},"h",0]1
list: [10,10,{"limit":10,"k":1,"0":10},"h",0]0 [10,10,{"limit":10,"k":1,"0":10},"h",0]1
order: [10,10,{"k":1,"limit":10},"h",0]0 [10,10,{"k":1,"limit":10},"h",0]1
suit: [10,10,{"limit":10,"k":1},"s",0]0 [10,10,{"limit":10,"k":1},"s",0]1
array: [[10],10,{"limit":10,"k":1},"h",0]0 [[10],10,{"limit":10,"k":1},"h",0]1
at+once: 0001110 [11,10,{"limit":10,"k":1},"h",0]1 [11,10,{"limit":10,"k":1},"h",0]1
deleted: 101 [10,10,{"limit":10,"k":1},"h",0]1 [10,10,{"limit":10,"k":1},"h",0]1
number: [10,10,{"limit":10,"k":1},"h",0]a:2:{i:0;d:1;s:2:"of";a:1:{i:10;d:NAN;}}1
deep: [10,10,{"limit":10,"k":1},"h",0]a:2:{i:0;d:NAN;s:2:"of";a:1:{i:10;s:3:"NAN";}}1
key: [10,10,{"limit":10,"k":1},"h",0]a:2:{i:0;d:NAN;s:2:"of";a:1:{s:1:"k";d:NAN;}}1
more: [10,10,{"limit":10,"k":1},"h",0]a:2:{i:0;d:NAN;s:2:"of";a:2:{i:10;d:NAN;i:11;d:NAN;}}1
bound
element: [{"0":7,"1":7,"2":[2],"same":[8]},[2,2],2]
nested: [{"0":7,"1":2,"2":[7],"same":[8]},[2,2],2]
in+two: [{"0":7,"1":2,"2":[8],"same":[8]},[2,2],2]
other: [{"0":7,"1":2,"2":[2],"same":[8]},[7,2],2]
static: [{"0":7,"1":2,"2":[2],"same":[8]},[2,2],7]
to+static: [{"0":7,"1":2,"2":[2],"same":[8]},[2,2],7]
whole: [{"0":7,"1":2,"2":[2],"same":[8]},[2,7],7]
variable: no change [{"0":7,"1":2,"2":[2],"same":[8]},[2,2],2]
read: no change [{"0":7,"1":2,"2":[2],"same":[8]},[2,2],2]
waiting for classes
do=read: [[10],0,null,0]
do=set: [[10],5,{"v":1},0]
do=read: [[10],5,{"v":1},0]
do=none: [[10],0,null,10]
do=none: [[10],0,null,10]
do=bad: no file [[10],0,null,0]
do=read: [[10],5,{"v":1},0]
do=later&late: [[10],6,{"v":2},10]
do=read&late: [[10],6,{"v":2},10]
do=read&late: [[10],6,{"v":2},10]
