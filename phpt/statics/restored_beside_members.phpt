--TEST--
What one static's objects throw is no matter of the class's other statics, nor of what waits for the same class or autoloader; the same for exit
--EXTENSIONS--
static_cache
--FILE--
<?php
require __DIR__ . '/../helpers/statics.inc';
$class = 'if (true) { class A { #[OPcache\PinnedStatic] public static $a = null; #[OPcache\PinnedStatic] public static $b = null; #[OPcache\PinnedStatic] public static $c = 0; #[OPcache\PinnedStatic] public static $d = null; } }';
$item = 'if (true) { class Item { public function __construct(public $v) {} public function __wakeup() {
    if (($_GET["throw"] ?? "") === $this->v) throw new Exception("thrown by $this->v");
    if (($_GET["exit"] ?? "") === $this->v) exit("exit by $this->v ");
} } }';
$kinds = [
    'when the class is declared' => $item . $class,
    'when its objects\' class is declared' => $class . $item,
    'when an autoloader is registered' => $class . 'spl_autoload_register(function ($class) { ' . $item . ' });',
];
foreach ($kinds as $kind => $code) {
    echo "$kind:\n";
    in_hosts('<?php
    register_shutdown_function(function () {
        if (isset($_GET["exit"])) {
            A::$b ??= new ArrayObject(["fresh"]);
            A::$c++;
            echo json_encode([A::$a, A::$b, A::$c, A::$d]);
        }
    });
    try {
    ' . $code . '
    } catch (Exception $e) {
        for (; $e; $e = $e->getPrevious()) echo $e->getMessage(), " ";
    }
    if (isset($_GET["set"])) { A::$a = new Item("a"); A::$b = new Item("b"); A::$c = 5; A::$d = new Item("d"); }
    if (isset($_GET["b"])) A::$b ??= new Item("fresh");
    echo json_encode([A::$a, A::$b, A::$c, A::$d]);
    ', each_of('set=1', 'throw=a', 'throw=a&b=1', 'throw=b', 'throw=d', 'exit=a', '', 'throw=b&exit=d', ''));
}
?>
--EXPECT--
when the class is declared:
set=1: [{"v":"a"},{"v":"b"},5,{"v":"d"}]
throw=a: thrown by a [null,{"v":"b"},5,{"v":"d"}]
throw=a&b=1: thrown by a [null,{"v":"b"},5,{"v":"d"}]
throw=b: thrown by b [{"v":"a"},null,5,{"v":"d"}]
throw=d: thrown by d [{"v":"a"},{"v":"b"},5,null]
exit=a: exit by a [null,{"0":"fresh"},6,null]
: [{"v":"a"},{"v":"b"},6,{"v":"d"}]
throw=b&exit=d: exit by d [{"v":"a"},{"0":"fresh"},7,null]
: [{"v":"a"},{"0":"fresh"},7,{"v":"d"}]
when its objects' class is declared:
set=1: [{"v":"a"},{"v":"b"},5,{"v":"d"}]
throw=a: thrown by a [null,{"v":"b"},5,{"v":"d"}]
throw=a&b=1: thrown by a [null,{"v":"b"},5,{"v":"d"}]
throw=b: thrown by b [{"v":"a"},null,5,{"v":"d"}]
throw=d: thrown by d [{"v":"a"},{"v":"b"},5,null]
exit=a: exit by a [null,{"0":"fresh"},6,null]
: [{"v":"a"},{"v":"b"},6,{"v":"d"}]
throw=b&exit=d: exit by d [{"v":"a"},{"0":"fresh"},7,null]
: [{"v":"a"},{"0":"fresh"},7,{"v":"d"}]
when an autoloader is registered:
set=1: [{"v":"a"},{"v":"b"},5,{"v":"d"}]
throw=a: thrown by a [null,{"v":"b"},5,{"v":"d"}]
throw=a&b=1: thrown by a [null,{"v":"b"},5,{"v":"d"}]
throw=b: thrown by b [null,null,5,{"v":"d"}]
throw=d: thrown by d [null,{"v":"b"},5,null]
exit=a: exit by a [null,{"v":"b"},6,{"v":"d"}]
: [{"v":"a"},{"v":"b"},6,{"v":"d"}]
throw=b&exit=d: exit by d [null,{"0":"fresh"},7,null]
: [{"v":"a"},{"0":"fresh"},7,{"v":"d"}]
