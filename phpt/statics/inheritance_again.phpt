--TEST--
A static property of a trait that the parent declares as well has state of its own, by the class's attribute and by its own
--EXTENSIONS--
static_cache
--SKIPIF--
<?php
if (PHP_VERSION_ID < 80300) die('skip before PHP 8.3 it is the same static as the parent\'s');
?>
--FILE--
<?php
require __DIR__ . '/../helpers/statics.inc';
in_hosts('<?php
trait Plain { public static $n = 0; }
trait Marked { #[OPcache\PinnedStatic] public static $n = 0; }
class Unkept { public static $n = 0; }
#[OPcache\PinnedStatic] class First { use Plain; }
#[OPcache\PinnedStatic] class Again extends First { use Plain; }
#[OPcache\PinnedStatic] class WithOwn extends First { use Plain; public static $own = 0; }
#[OPcache\PinnedStatic] class OfUnkept extends Unkept { use Plain; }
#[OPcache\PinnedStatic] class Inherits extends Again { public function __construct() {} }
class MarkedFirst { use Marked; }
class MarkedAgain extends MarkedFirst { use Marked; }
class MarkedOfUnkept extends Unkept { use Marked; }
$classes = ["First", "Again", "WithOwn", "Unkept", "OfUnkept", "MarkedFirst", "MarkedAgain", "MarkedOfUnkept"];
if (isset($_GET["add"])) foreach ($classes as $at => $class) $class::$n += 1 + $at;
echo json_encode(array_combine($classes, array_map(fn($class) => $class::$n, $classes))), " ", Inherits::$n;
', each_of('add=1', '', 'add=1', ''));
?>
--EXPECT--
add=1: {"First":1,"Again":2,"WithOwn":3,"Unkept":4,"OfUnkept":5,"MarkedFirst":6,"MarkedAgain":7,"MarkedOfUnkept":8} 2
: {"First":1,"Again":2,"WithOwn":3,"Unkept":0,"OfUnkept":5,"MarkedFirst":6,"MarkedAgain":7,"MarkedOfUnkept":8} 2
add=1: {"First":2,"Again":4,"WithOwn":6,"Unkept":4,"OfUnkept":10,"MarkedFirst":12,"MarkedAgain":14,"MarkedOfUnkept":16} 4
: {"First":2,"Again":4,"WithOwn":6,"Unkept":0,"OfUnkept":10,"MarkedFirst":12,"MarkedAgain":14,"MarkedOfUnkept":16} 4
