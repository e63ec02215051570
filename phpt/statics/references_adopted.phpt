--TEST--
A reference to one of several statics that share one, while they wait for a class, is one to what they share afterwards
--EXTENSIONS--
static_cache
--FILE--
<?php
require __DIR__ . '/../helpers/statics.inc';
in_hosts('<?php
#[OPcache\PinnedStatic] class State
{
    public static $one;
    public static $two;
    public static int $typed = 0;
    public static ?int $other = null;
    public static $outside;
    public static $map = [];
    public static $object;

    public static function variable(): Closure
    {
        static $variable = null;
        self::$outside ??= $variable;
        if (isset($_GET["set"])) {
            self::$outside =& $variable;
            $variable = "of both";
        }
        return function ($value = null) use (&$variable) { return func_num_args() ? $variable = $value : $variable; };
    }
}
$two = &State::$two;
$typed = &State::$typed;
$variable = State::variable();
if (isset($_GET["set"])) {
    eval("class Unknown {}");
    State::$object = new Unknown();
    State::$one = "shared";
    State::$two =& State::$one;
    State::$typed = 7;
    State::$other =& State::$typed;
    if (isset($_GET["inner"])) State::$map = [&State::$one];
    exit("set\n");
}
eval("class Unknown {}");
// Before and after something is written through what was taken.
$said = [State::$one, State::$two, $two, State::$typed, State::$other, $typed, State::$outside, $variable()];
$two = "written";
$typed = 8;
$variable("outside");
echo json_encode($said), "\n  ";
$said = [ State::$one, State::$two, State::$typed, State::$other, State::$outside, State::$map];
try { $typed = "no int"; } catch (TypeError) { $said[] = "typed"; }
echo json_encode($said), "\n";
OPcache\pinned_delete("State");
', each_of('set=1', '', 'set=1&inner=1', ''));
?>
--EXPECT--
set=1: set
: ["shared","shared","shared",7,7,7,"of both","of both"]
  ["written","written",8,8,"outside",[],"typed"]
set=1&inner=1: set
: ["shared","shared",null,7,7,7,"of both","of both"]
  ["shared","shared",8,8,"outside",["shared"],"typed"]
