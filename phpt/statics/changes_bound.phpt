--TEST--
Binding a static to another one, or to something else again, is a change, also where all hold the same
--EXTENSIONS--
static_cache
--FILE--
<?php
require __DIR__ . '/../helpers/statics.inc';
in_hosts('<?php ' . PUBLISHED . '
#[OPcache\PinnedStatic] class State
{
    public static $one;
    public static $two;
    public static $three;
    #[OPcache\PinnedStatic] public static $other;

    public static function variable(bool $bind): void
    {
        static $variable;
        if ($bind) self::$three =& $variable;
        $variable .= "v";
    }
}
// What the last request has published.
echo published(), " ";
switch ($_GET["do"]) {
    case "bind": State::$two =& State::$one; break;
    case "join": State::$one =& State::$three; break;
    case "split": $own = State::$two; State::$two =& $own; break;
    case "write": State::$one .= "w"; break;
    case "read": $read = &State::$one; break;
    case "beyond": State::$other =& State::$three; break;
    case "variable": State::variable(isset($_GET["bind"])); break;
    case "publish":
        echo OPcache\static_publish(), " ";
        State::$two =& State::$one;
        echo OPcache\static_publish(), OPcache\static_publish(), " ";
        State::$two =& State::$three;
        break;
    case "delete":
        State::$two =& State::$one;
        OPcache\pinned_delete("State");
        break;
}
echo json_encode([State::$one, State::$two, State::$three]);
', each_of(
    'do=bind', 'do=read', 'do=write', 'do=read', 'do=split', 'do=write', 'do=read',
    'do=bind', 'do=join', 'do=write', 'do=split', 'do=read',
    'do=variable&bind', 'do=variable', 'do=beyond', 'do=read',
    'do=publish', 'do=read', 'do=delete', 'do=read',
));
?>
--EXPECT--
do=bind: [0+0] [null,null,null]
do=read: [1+0] [null,null,null]
do=write: [1+0] ["w","w",null]
do=read: [2+0] ["w","w",null]
do=split: [2+0] ["w","w",null]
do=write: [3+0] ["ww","w",null]
do=read: [4+0] ["ww","w",null]
do=bind: [4+0] ["ww","ww",null]
do=join: [5+0] [null,"ww",null]
do=write: [6+0] ["w","ww","w"]
do=split: [7+0] ["w","ww","w"]
do=read: [7+0] ["w","ww","w"]
do=variable&bind: [7+0] ["w","ww","v"]
do=variable: [8+0] ["w","ww","vv"]
do=beyond: [9+0] ["w","ww","vv"]
do=read: [10+0] ["w","ww","vv"]
do=publish: [10+0] 0 10 ["w","vv","vv"]
do=read: [12+0] ["w","vv","vv"]
do=delete: [12+0] ["w","w","vv"]
do=read: [12+0] [null,null,null]
