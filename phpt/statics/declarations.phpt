--TEST--
Typed and uninitialised statics, constant expressions, several statics per method, generators, callables, aliases, eval
--EXTENSIONS--
static_cache
--FILE--
<?php
require __DIR__ . '/../helpers/statics.inc';
in_hosts('<?php' . PUBLISHED . '
use OPcache\PinnedStatic;
const GLOBAL_ONE = 1;
#[PinnedStatic]
class Typed
{
    public static int $int;
    public static ?string $string;
    public static int|array $union = 5;
    public static self|null $self = null;
    public static float $float = 1;
    public static $expression = GLOBAL_ONE + self::TWO;
    public static $other = [self::TWO => self::class, "x" => GLOBAL_ONE];
    const TWO = 2;
}
#[PinnedStatic]
class Methods
{
    public static function several() { static $a = 0, $b = "b", $c = [GLOBAL_ONE]; static $d; $a++; $b .= "b"; $c[] = $a; $d ??= "set at $a"; return [$a, $b, $c, $d]; }
    public static function generate() { static $n = 0; while (true) { yield ++$n; } }
    public static function branch($deep) { if ($deep) { static $n = 100; return ++$n; } static $m = 1; return ++$m; }
    public static function recursive($depth) { static $n = 0; $n++; if ($depth) self::recursive($depth - 1); return $n; }
    public static function once() { static $value = null; static $times = 0; if ($value === null) { $times++; $value = ["built"]; } return $times; }
    public function closure() { static $own = 0; $f = function () { static $inner = 0; return ++$inner; }; $f(); $f(); return [++$own, $f()]; }
    public function arrow() { static $n = 0; return (function () use (&$n) { return ++$n; })(); }
    public function reference() { static $n = 0; $r = &$n; return ++$r; }
}
function plain() { static $n = 0; return ++$n; }
if (true) {
    #[PinnedStatic] class Conditional { public static $n = 0; }
}
class_alias(Conditional::class, "Alias");
eval("#[OPcache\PinnedStatic] class Evaluated { public static \$n = 0; public static function m() { static \$n = 0; return ++\$n; } }");
$anonymous = new #[PinnedStatic] class { public static $n = 0; };
if ($_GET["do"] === "change") {
    Typed::$int = (Typed::$int ?? 0) + 1;
    Typed::$self = new Typed;
    Typed::$float += 1;
    Typed::$union = [Typed::$union];
    Alias::$n++;
    Evaluated::$n++;
    $anonymous::$n++;
    $callable = Methods::several(...);
    $bound = Closure::fromCallable([new Methods, "arrow"]);
    $g = Methods::generate();
    $g->next();
    $h = Methods::generate();
    echo json_encode([Methods::several(), $callable(), $g->current(), $h->current(), Methods::branch($_GET["deep"] ?? 0), Methods::recursive(3), Methods::once(), (new Methods)->closure(), (new Methods)->arrow(), $bound(), (new Methods)->reference(), plain(), Evaluated::m(), call_user_func("Methods::once")]);
} else {
    $error = fn($f) => (function () use ($f) { try { return $f(); } catch (Error $e) { return $e->getMessage(); } })();
    echo json_encode([$error(fn() => Typed::$int), $error(fn() => Typed::$string), Typed::$union, Typed::$self instanceof Typed, Typed::$float, Typed::$expression, Typed::$other, Conditional::$n, Alias::$n, Evaluated::$n, $anonymous::$n]);
    try { Typed::$int = "no"; } catch (TypeError) { echo " still typed"; }
    $r = &Typed::$float;
    try { $r = []; } catch (TypeError) { echo ", by reference"; }
    unset($r);
}
echo " ", published();
', each_of('do=read', 'do=read', 'do=change', 'do=read', 'do=change&deep=1', 'do=change&deep=1', 'do=read'));
?>
--EXPECT--
do=read: ["Typed static property Typed::$int must not be accessed before initialization","Typed static property Typed::$string must not be accessed before initialization",5,false,1,3,{"2":"Typed","x":1},0,0,0,0] still typed, by reference [0+0]
do=read: ["Typed static property Typed::$int must not be accessed before initialization","Typed static property Typed::$string must not be accessed before initialization",5,false,1,3,{"2":"Typed","x":1},0,0,0,0] still typed, by reference [0+0]
do=change: [[1,"bb",[1,1],"set at 1"],[2,"bbb",[1,1,2],"set at 1"],2,3,2,4,1,[1,3],1,2,1,1,1,1] [0+0]
do=read: [1,"Typed static property Typed::$string must not be accessed before initialization",[5],true,2,3,{"2":"Typed","x":1},1,1,1,0] still typed, by reference [4+0]
do=change&deep=1: [[3,"bbbb",[1,1,2,3],"set at 1"],[4,"bbbbb",[1,1,2,3,4],"set at 1"],5,6,101,8,1,[2,3],3,4,2,1,2,1] [4+0]
do=change&deep=1: [[5,"bbbbbb",[1,1,2,3,4,5],"set at 1"],[6,"bbbbbbb",[1,1,2,3,4,5,6],"set at 1"],8,9,102,12,1,[3,3],5,6,3,1,3,1] [8+0]
do=read: [3,"Typed static property Typed::$string must not be accessed before initialization",[[[5]]],true,4,3,{"2":"Typed","x":1},3,3,3,0] still typed, by reference [12+0]
