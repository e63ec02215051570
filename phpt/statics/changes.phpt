--TEST--
Only what was changed is published: assignments, writes, and with Tracking also changes within objects
--EXTENSIONS--
static_cache
--FILE--
<?php
require __DIR__ . '/../helpers/statics.inc';
in_hosts('<?php' . PUBLISHED . '
use OPcache\{CacheStrategy, PinnedStatic, VolatileStatic};
class Counted
{
    public $n = 0;
    public $more = [];
    public static $asked = 0;
    public function __serialize(): array { self::$asked++; return ["n" => $this->n, "more" => $this->more]; }
    public function __unserialize(array $data): void { $this->n = $data["n"]; $this->more = $data["more"]; }
}
class Plain { public $n = 0; public ?Plain $next = null; public $list = [1]; }
#[PinnedStatic]
class At
{
    public static $array = ["a" => [1, 2], "b" => "text"];
    public static $string = "string";
    public static $int = 1;
    public static ?Plain $plain = null;
    public static ?Counted $counted = null;
    public static $holder = [];
    public static function read() { static $n = 7, $null = null; return [$n, $null]; }
    public static function evaluated() { static $n = PHP_INT_SIZE * 2; return $n; }
}
#[VolatileStatic(strategy: CacheStrategy::Tracking)]
class Tracked
{
    public static ?Plain $plain = null;
    public static ?Counted $counted = null;
    public static $array = [];
    public static $spl = null;
    public static $date = null;
    public static $error = null;
}
class Objects extends ArrayObject {}
$do = [
    "read" => fn() => [At::$array, At::$string, At::$int, At::$plain?->n, At::$counted?->n, At::$holder, At::read(), Tracked::$plain?->next?->n, count(Tracked::$array)],
    "first" => function () {
        At::$array["a"][] = 3; At::$plain = new Plain; At::$counted = new Counted; At::$holder = ["in" => [new Plain, 5]];
        Tracked::$plain = new Plain; Tracked::$plain->next = new Plain; Tracked::$counted = new Counted; Tracked::$array = [[new Plain]];
        Tracked::$spl = new Objects([new SplObjectStorage, new SplFixedArray(2)]); Tracked::$date = new DateTime("2020-01-01");
        Tracked::$error = new LogicException("why", 1, new Exception("first"));
    },
    "self" => function () { At::$array = At::$array; At::$string = At::$string; At::$plain = At::$plain; At::$int = At::$int + 0; At::$holder = At::$holder; },
    "byref" => function () { $r = &At::$array; $x = $r["a"]; $f = function (&$x) { return count($x); }; $f(At::$array); foreach (At::$array as $k => $v) {} foreach (At::$holder as $v) { foreach ((array) $v as $w) {} } },
    "copy" => function () { $copy = At::$array; $copy["a"][0] = "changed"; sort($copy["a"]); $h = At::$holder; $h["in"] = 1; },
    "nested" => function () { At::$array["a"][0]++; },
    "ref" => function () { $r = &At::$array["a"]; $r[] = 4; },
    "append" => function () { At::$string .= "!"; },
    "same" => function () { At::$array["b"] = "text"; },
    "inner" => function () { At::$plain->n++; At::$counted->n++; },
    "through" => function () { At::$holder["in"][0]->n++; },
    "element" => function () { At::$holder["in"][1]++; },
    "replace" => function () { At::$plain = null; At::$plain = new Plain; },
    "null" => function () { At::$plain = null; gc_collect_cycles(); },
    "tracked" => fn() => [Tracked::$plain->n, Tracked::$plain->next->n, Tracked::$counted->n, Tracked::$array[0][0]->n, count(Tracked::$spl[0]), Tracked::$spl[1][0], Tracked::$date->format("Y")],
    "t-next" => function () { Tracked::$plain->next->n++; },
    "t-list" => function () { Tracked::$plain->list[] = 2; },
    "t-counted" => function () { Tracked::$counted->n++; },
    "t-array" => function () { Tracked::$array[0][0]->n++; },
    "t-storage" => function () { Tracked::$spl[0][new Plain] = null; },
    "t-fixed" => function () { Tracked::$spl[1][0] = "set"; },
    "t-date" => function () { Tracked::$date->modify("+1 year"); },
    "t-undone" => function () { Tracked::$plain->n++; Tracked::$plain->n--; },
    "t-show" => function () { var_export(Tracked::$error, true); print_r(Tracked::$error, true); (array) Tracked::$error; var_export(Tracked::$plain, true); },
    "evaluated" => fn() => At::evaluated(),
];
$result = $do[$_GET["do"]]();
echo $result === null ? "" : json_encode($result), " ", published();
register_shutdown_function(function () { if (isset($_GET["asked"])) echo " asked ", Counted::$asked; });
', each_of(
    'do=read', 'do=first', 'do=read', 'do=self', 'do=byref', 'do=copy', 'do=read', 'do=tracked', 'do=nested', 'do=ref', 'do=append', 'do=same', 'do=read',
    'do=inner', 'do=read', 'do=through', 'do=read', 'do=element', 'do=replace', 'do=null', 'do=read', 'do=t-next', 'do=t-list', 'do=t-counted', 'do=t-array', 'do=t-storage', 'do=t-fixed', 'do=t-date',
    'do=t-undone', 'do=t-show', 'do=tracked', 'do=tracked', 'do=evaluated', 'do=evaluated', 'do=read&asked=1',
));
?>
--EXPECT--
do=read: [{"a":[1,2],"b":"text"},"string",1,null,null,[],[7,null],null,0] [0+0]
do=first:  [0+0]
do=read: [{"a":[1,2,3],"b":"text"},"string",1,0,0,{"in":[{"n":0,"next":null,"list":[1]},5]},[7,null],0,1] [1+1]
do=self:  [1+1]
do=byref:  [1+1]
do=copy:  [1+1]
do=read: [{"a":[1,2,3],"b":"text"},"string",1,0,0,{"in":[{"n":0,"next":null,"list":[1]},5]},[7,null],0,1] [1+1]
do=tracked: [0,0,0,0,0,null,"2020"] [1+1]
do=nested:  [1+1]
do=ref:  [2+1]
do=append:  [3+1]
do=same:  [4+1]
do=read: [{"a":[2,2,3,4],"b":"text"},"string!",1,0,0,{"in":[{"n":0,"next":null,"list":[1]},5]},[7,null],0,1] [5+1]
do=inner:  [5+1]
do=read: [{"a":[2,2,3,4],"b":"text"},"string!",1,0,0,{"in":[{"n":0,"next":null,"list":[1]},5]},[7,null],0,1] [5+1]
do=through:  [5+1]
do=read: [{"a":[2,2,3,4],"b":"text"},"string!",1,0,0,{"in":[{"n":0,"next":null,"list":[1]},5]},[7,null],0,1] [5+1]
do=element:  [5+1]
do=replace:  [6+1]
do=null:  [7+1]
do=read: [{"a":[2,2,3,4],"b":"text"},"string!",1,null,0,{"in":[{"n":0,"next":null,"list":[1]},6]},[7,null],0,1] [8+1]
do=t-next:  [8+1]
do=t-list:  [8+2]
do=t-counted:  [8+3]
do=t-array:  [8+4]
do=t-storage:  [8+5]
do=t-fixed:  [8+6]
do=t-date:  [8+7]
do=t-undone:  [8+8]
do=t-show:  [8+8]
do=tracked: [0,1,1,1,1,"set","2021"] [8+8]
do=tracked: [0,1,1,1,1,"set","2021"] [8+8]
do=evaluated: 16 [8+8]
do=evaluated: 16 [8+8]
do=read&asked=1: [{"a":[2,2,3,4],"b":"text"},"string!",1,null,0,{"in":[{"n":0,"next":null,"list":[1]},6]},[7,null],1,1] [8+8] asked 0
