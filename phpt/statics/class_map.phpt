--TEST--
Class maps: what a restore loads and calls may use other classes of the file that is being loaded, which is not included again
--EXTENSIONS--
static_cache
--FILE--
<?php
require __DIR__ . '/../helpers/statics.inc';
// As Composer's autoloader, which does not ask whether it has included a file before.
$map = fn(Folder $folder, array $files) => '
spl_autoload_register(function (string $class) { $file = ' . var_export($files, true) . '[$class] ?? null; if ($file) include "' . $folder->path . '/$file.php"; });
';
$use = '
if (isset($_GET["add"])) { Order::$n++; Order::$total = new Money(Order::$n); Order::$total->note(); }
echo Order::$n, " ", json_encode([Order::$total?->v, Order::$total?->status, class_exists("Money", false) ? Money::$used : null]);
';
$order = '
#[OPcache\PinnedStatic] class Order { public static int $n = 0; public static ?Money $total = null; }
enum Status: string { case Open = "o"; case Paid = "p"; }
';
$money = fn(string $more) => '<?php
#[OPcache\PinnedStatic] class Money
{
    public static array $used = [];
    public $status = null;
    public function __construct(public int $v = 0) {}
    ' . $more . '
}';
$kinds = [
    // Order needs Money, whose own state needs what Order.php declares.
    'state of another class' => [$order, $money('public function note() { self::$used[] = Status::Paid; }')],
    'a method' => [$order, $money('public function note() { $this->status = Status::Paid; }
        public function __serialize(): array { return [$this->v, $this->status->value]; }
        public function __unserialize(array $data): void { $this->v = $data[0]; $this->status = Status::from($data[1]); }')],
    'a default' => [$order, str_replace('$status = null', '$status = Status::Paid', $money('private $none = 1; public function note() { unset($this->none); }'))],
    'a parent' => ['interface Priced {} ' . $order, str_replace('class Money', 'class Money extends Amount', $money('public function note() { self::$used[] = new SubStatus(Status::Paid); }'))],
    // Several declarations, and what stands before and between them without doing anything.
    'a longer file' => ['defined("NOWHERE") && exit; if (!defined("PHP_VERSION")) { exit; } interface Marker {} const ANSWER = 42; class Line extends Marked {} ' . $order . ' class SpecialLine extends Line {}',
        $money('public function note() { $this->status = Status::Paid; }
        public function __wakeup() { new SpecialLine(); if (!$this->status instanceof Status) exit("no status"); self::$used[] = 1; }')],
    // The class that is linked first has no state: its parent has, of which one object is of that class.
    'a parent with state' => ['class Other extends Loaded { public $v = 1; public function __wakeup() { echo Status::Paid->value, " "; } } ' . $order,
        $money('public function note() { Loaded::$seen ??= new Other(); }')],
    // An autoloader has state of its own, which has no part in any of this, and is loaded for a parent.
    'an autoloader with state' => ['class Line extends Marked {} interface Marker {} ' . $order, $money('public function note() { new Line(); }')],
];
foreach ($kinds as $kind => [$first, $second]) {
    $folder = new Folder([
        'Order.php' => "<?php\n$first",
        'Money.php' => $second,
        'Marked.php' => '<?php abstract class Marked implements Marker {}',
        'Amount.php' => '<?php abstract class Amount implements Priced {} class SubStatus { public function __construct(public $of) {} }',
        'Loaded.php' => '<?php class Loaded { #[OPcache\PinnedStatic] public static $seen = null; }',
        'Finder.php' => '<?php #[OPcache\PinnedStatic] class Finder { public static ?ArrayObject $found = null; public static function find(string $class) { self::$found ??= new ArrayObject(); self::$found[$class] ??= 0; self::$found[$class]++; } }',
    ]);
    $files = ['Order' => 'Order', 'Status' => 'Order', 'Line' => 'Order', 'SpecialLine' => 'Order', 'Marker' => 'Order', 'Priced' => 'Order', 'Other' => 'Order',
        'Money' => 'Money', 'Marked' => 'Marked', 'Amount' => 'Amount', 'SubStatus' => 'Amount', 'Loaded' => 'Loaded'];
    echo "$kind:\n";
    $finder = $kind === 'an autoloader with state' ? 'spl_autoload_register(function ($class) { if ($class === "Marked") { include_once "' . $folder->path . '/Finder.php"; Finder::find($class); } });' : '';
    in_hosts('<?php ' . $finder . $map($folder, $files) . $use . ($finder ? 'echo " ", json_encode(Finder::$found);' : ''), each_of('add=1', '', 'add=1', ''));
}

// Code that comes between is not waited for: it may use what is declared.
$folder = new Folder(['page.php' => '<?php Cart::$n++; Cart::$items[] = new Money(); echo Cart::$n, count(Cart::$items);',
    'Money.php' => '<?php class Money { public $v = 1; public function __wakeup() { $this->v++; } }', 'Base.php' => '<?php class Base {}']);
echo "code between:\n";
in_hosts('<?php
if (true) { ' . $map($folder, ['Money' => 'Money', 'Base' => 'Base']) . ' }
if (true) { #[OPcache\PinnedStatic] class Cart { public static int $n = 0; public static array $items = []; } }
include "' . $folder->path . '/page.php";
class Late extends Base {}
', each_of('', '', ''));
?>
--EXPECT--
state of another class:
add=1: 1 [1,null,["p"]]
: 1 [1,null,["p"]]
add=1: 2 [2,null,["p","p"]]
: 2 [2,null,["p","p"]]
a method:
add=1: 1 [1,"p",[]]
: 1 [1,"p",[]]
add=1: 2 [2,"p",[]]
: 2 [2,"p",[]]
a default:
add=1: 1 [1,"p",[]]
: 1 [1,"p",[]]
add=1: 2 [2,"p",[]]
: 2 [2,"p",[]]
a parent:
add=1: 1 [1,null,[{"of":"p"}]]
: 1 [1,null,[{"of":"p"}]]
add=1: 2 [2,null,[{"of":"p"},{"of":"p"}]]
: 2 [2,null,[{"of":"p"},{"of":"p"}]]
a longer file:
add=1: 1 [1,"p",[]]
: 1 [1,"p",[1]]
add=1: 2 [2,"p",[1,1]]
: 2 [2,"p",[1,1,1]]
a parent with state:
add=1: 1 [1,null,[]]
: p 1 [1,null,[]]
add=1: p 2 [2,null,[]]
: p 2 [2,null,[]]
an autoloader with state:
add=1: 1 [1,null,[]] {"Marked":1}
: 1 [1,null,[]] {"Marked":2}
add=1: 2 [2,null,[]] {"Marked":2}
: 2 [2,null,[]] {"Marked":2}
code between:
: 11
: 22
: 33
