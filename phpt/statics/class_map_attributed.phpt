--TEST--
Class maps: a constant with attributes before the classes of a file keeps it from being included again no less than one without
--EXTENSIONS--
static_cache
--SKIPIF--
<?php if (PHP_VERSION_ID < 80500) die('skip global constants have no attributes before PHP 8.5'); ?>
--FILE--
<?php
require __DIR__ . '/../helpers/statics.inc';
$folder = new Folder([
    'Order.php' => '<?php
#[\Deprecated] const ANSWER = 42;
const PLAIN = 1, ANOTHER = 2;
#[\Deprecated("not used"), Other(1, [2])] const MORE = [1, 2];
#[OPcache\PinnedStatic] class Order { public static int $n = 0; public static ?Money $total = null; }
class Line extends Marked {}
class SpecialLine extends Line {}',
    'Money.php' => '<?php class Money { public function __construct(public int $v) {} public function __wakeup() { new SpecialLine(); } }',
    'Marked.php' => '<?php abstract class Marked {}',
]);
in_hosts('<?php
$files = ["Order" => "Order", "Line" => "Order", "SpecialLine" => "Order", "Money" => "Money", "Marked" => "Marked"];
spl_autoload_register(function (string $class) use ($files) { include "' . $folder->path . '/$files[$class].php"; });
if (isset($_GET["add"])) { Order::$n++; Order::$total = new Money(Order::$n); }
echo Order::$n, " ", json_encode(Order::$total);
', each_of('add=1', '', 'add=1', ''));
?>
--EXPECT--
add=1: 1 {"v":1}
: 1 {"v":1}
add=1: 2 {"v":2}
: 2 {"v":2}
