--TEST--
State that needs a class which its file declares further down, and others that an autoloader knows, is restored when the first is there
--EXTENSIONS--
static_cache
--FILE--
<?php
require __DIR__ . '/../helpers/statics.inc';
$folder = new Folder([
    'Money.php' => '<?php class Money { public function __construct(public int $v = 0) {} }',
    'Entry.php' => '<?php abstract class Entry { public $id = 7; }',
    // With an enum; with a class whose parent is loaded when it is declared.
    'Order.php' => '<?php #[OPcache\PinnedStatic] class Order { public static int $n = 0; public static array $last = []; }
        enum Status: string { case Open = "o"; case Paid = "p"; }',
    'Repository.php' => '<?php #[OPcache\PinnedStatic] class Repository { public static int $n = 0; public static array $last = []; }
        class RepositoryEntry extends Entry {}',
]);
in_hosts('<?php
spl_autoload_register(function ($class) { if (is_file($file = "' . $folder->path . '/$class.php")) include $file; });
$class = $_GET["class"];
if (isset($_GET["add"])) {
    $class::$n++;
    $class::$last = [$class === "Order" ? Status::Paid : new RepositoryEntry(), new Money($class::$n)];
}
echo $class::$n, " ", json_encode($class::$last), " of ", OPcache\pinned_cache_info()->stores;
', each_of(
    'class=Order&add=1', 'class=Order', 'class=Order&add=1', 'class=Order',
    'class=Repository&add=1', 'class=Repository', 'class=Repository&add=1', 'class=Repository',
));
?>
--EXPECT--
class=Order&add=1: 1 ["p",{"v":1}] of 0
class=Order: 1 ["p",{"v":1}] of 1
class=Order&add=1: 2 ["p",{"v":2}] of 1
class=Order: 2 ["p",{"v":2}] of 2
class=Repository&add=1: 1 [{"id":7},{"v":1}] of 2
class=Repository: 1 [{"id":7},{"v":1}] of 3
class=Repository&add=1: 2 [{"id":7},{"v":2}] of 3
class=Repository: 2 [{"id":7},{"v":2}] of 4
