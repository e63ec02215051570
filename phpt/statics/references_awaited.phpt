--TEST--
A reference to a static that waits for a class is one to the restored value as well
--EXTENSIONS--
static_cache
--FILE--
<?php
require __DIR__ . '/../helpers/statics.inc';
in_hosts('<?php
class State { #[OPcache\PinnedStatic] public static array $list = []; #[OPcache\PinnedStatic] public static ?Base $typed = null; }
$list = &State::$list;
$typed = &State::$typed;
// What it holds waits for this class, whose parent is declared later.
if (true) { class Late extends Base { public $n = 1; } }
class Base {}
$said = [array_keys(State::$list), array_keys($list), State::$typed === $typed];
$list["by reference"] = 1;
$said[] = array_keys(State::$list);
try { $typed = 7; } catch (TypeError) { $said[] = "typed"; }
if (isset($_GET["set"])) { State::$list = [1, new Late()]; State::$typed = new Late(); } else { unset($list["by reference"]); }
echo json_encode($said), "\n";
', function (callable $get) {
    echo $get('set=1'), $get(''), $get('');
});
?>
--EXPECT--
[[],[],true,["by reference"],"typed"]
[[0,1],[0,1],true,[0,1,"by reference"],"typed"]
[[0,1],[0,1],true,[0,1,"by reference"],"typed"]
