--TEST--
Statics of every kind come back as they were; arrays and strings need no memory
--EXTENSIONS--
static_cache
--FILE--
<?php
require __DIR__ . '/../helpers/statics.inc';
in_hosts('<?php
enum Suit: string { case Hearts = "h"; case Spades = "s"; const Wild = self::Spades; }
class Point { public function __construct(public readonly int $x, protected array $tags = [], private ?Point $next = null) {} }
final class Hooked
{
    public function __construct(public array $data) {}
    public function __serialize(): array { return ["d" => $this->data, "at" => new ArrayObject([1])]; }
    public function __unserialize(array $data): void { $this->data = [...$data["d"], count($data["at"])]; }
}
class Sleeper { public $a = 1; public $b = 2; public function __sleep() { return ["b"]; } public function __wakeup() { $this->a = "awake"; } }
#[OPcache\PinnedStatic]
class Kinds
{
    public static $values = [];
    public static $null = 1;
    public static ?string $string = null;
    public static float $float = 0.5;
    public static bool $bool = false;
    public static $large;
    public static $object;
    public static $again;
    public static array $packed = [1, 2];
    public static function holder() { static $inner; return $inner; }
    public static function hold($value) { static $inner; $inner = $value; }
    public static function swap(...$with) { static $inner = "none"; $before = $inner; if ($with) $inner = $with[0]; return $before; }
}
if ($_GET["do"] === "store") {
    $point = new Point(3, ["a" => ["b" => 1]], new Point(4));
    Kinds::$values = [
        "int" => PHP_INT_MIN, "zero" => -0.0, "nan" => NAN, "bytes" => "\0\xff", "empty" => [], "hole" => [3 => 1, 7 => 2], "enum" => Suit::Hearts,
        "wild" => Suit::Wild, "date" => new DateTimeImmutable("2020-02-03 04:05:06", new DateTimeZone("Europe/Berlin")), "hooked" => new Hooked([1, 2]),
        "sleeper" => new Sleeper, "spl" => new SplObjectStorage, "list" => new SplDoublyLinkedList, "heap" => new SplMinHeap,
        "fixed" => SplFixedArray::fromArray([1, [2]]), "std" => (object) ["a" => 1, "7" => 2], "nested" => [[[["deep" => $point]]]],
    ];
    Kinds::$values["spl"][$point] = "info";
    Kinds::$values["list"][] = $point;
    Kinds::$values["heap"]->insert(2);
    Kinds::$values["heap"]->insert(1);
    Kinds::$null = null;
    Kinds::$string = str_repeat("long ", 3);
    Kinds::$float = 1e300;
    Kinds::$bool = true;
    Kinds::$large = range(1, 100000);
    Kinds::$object = Kinds::$again = $point;
    Kinds::swap(["method" => $point]);
} else {
    $v = Kinds::$values;
    var_dump(Kinds::$null, Kinds::$string, Kinds::$float, Kinds::$bool, Kinds::$packed);
    var_dump($v["int"] === PHP_INT_MIN, var_export($v["zero"], true), is_nan($v["nan"]), bin2hex($v["bytes"]), $v["empty"], $v["hole"]);
    var_dump($v["enum"] === Suit::Hearts, $v["wild"] === Suit::Spades, $v["date"]->format("c e"), $v["hooked"]->data, $v["sleeper"]);
    var_dump(Kinds::$object === Kinds::$again, Kinds::$object === $v["nested"][0][0][0]["deep"], $v["spl"][Kinds::$object], $v["list"][0] === Kinds::$object);
    var_dump(Kinds::swap()["method"] === Kinds::$object, $v["heap"]->extract(), $v["fixed"][1], $v["std"], Kinds::$object);
    var_dump(Kinds::$large === range(1, 100000));
    $before = memory_get_usage();
    $copy = Kinds::$large;
    foreach ($copy as $x) {}
    var_dump(memory_get_usage() - $before, memory_get_peak_usage() < 30_000_000);
}
', function (callable $get) {
    echo $get('do=store');
    echo $get('do=read');
    var_dump($get('do=read') === $get('do=read'));
});
?>
--EXPECTF--
NULL
string(15) "long long long "
float(1.0E+300)
bool(true)
array(2) {
  [0]=>
  int(1)
  [1]=>
  int(2)
}
bool(true)
string(4) "-0.0"
bool(true)
string(4) "00ff"
array(0) {
}
array(2) {
  [3]=>
  int(1)
  [7]=>
  int(2)
}
bool(true)
bool(true)
string(39) "2020-02-03T04:05:06+01:00 Europe/Berlin"
array(3) {
  [0]=>
  int(1)
  [1]=>
  int(2)
  [2]=>
  int(1)
}
object(Sleeper)#%d (2) {
  ["a"]=>
  string(5) "awake"
  ["b"]=>
  int(2)
}
bool(true)
bool(true)
string(4) "info"
bool(true)
bool(true)
int(1)
array(1) {
  [0]=>
  int(2)
}
object(stdClass)#%d (2) {
  ["a"]=>
  int(1)
  ["7"]=>
  int(2)
}
object(Point)#%d (3) {
  ["x"]=>
  int(3)
  ["tags":protected]=>
  array(1) {
    ["a"]=>
    array(1) {
      ["b"]=>
      int(1)
    }
  }
  ["next":"Point":private]=>
  object(Point)#%d (3) {
    ["x"]=>
    int(4)
    ["tags":protected]=>
    array(0) {
    }
    ["next":"Point":private]=>
    NULL
  }
}
bool(true)
int(0)
bool(true)
bool(true)
