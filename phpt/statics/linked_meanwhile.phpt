--TEST--
Classes that are being linked: state whose objects need user code waits until they are there, and is there before what comes next
--EXTENSIONS--
static_cache
--FILE--
<?php
require __DIR__ . '/../helpers/statics.inc';
$registry = '#[OPcache\PinnedStatic] class Registry { public static $held = null; }';
$hold = 'if (isset($_GET["set"])) { class_exists("P"); Registry::$held = new K(); }';
$see = 'echo Registry::$held ? get_class(Registry::$held) : "none", " ", implode(",", class_parents("K")), " ", json_encode(Registry::$held);';
// P is what is used first in a request that only reads; its linking has the class with state linked. What the file of P says behind the
// declaration sees the state.
$kinds = [
    'objects of a child, in a base class' => [
        ['G' => '#[OPcache\PinnedStatic] abstract class G { public static array $all = []; public $x = 1; static function get() { return self::$all[static::class] ??= new static(); } }',
            'P' => 'class P extends G { public static $ps = "p"; } echo count(P::$all), " ";',
            'K' => '#[OPcache\PinnedStatic] class K extends P { public static $ks = "k"; }'],
        'if (isset($_GET["set"])) { K::get()->x = 2; K::$ks = "kept"; } else { P::get(); }
         echo implode(",", array_keys(G::$all)), " ", K::get()->x, " ", K::$ks, " ", K::$ps;'],
    // They wait for the end of one compilation.
    'of children, in two targets' => [
        ['Base' => '#[OPcache\PinnedStatic] abstract class Base { public static $one = null; #[OPcache\PinnedStatic] public static $two = null; }',
            'A' => 'class A extends Base implements Countable { use T; function count(): int { return 1; } }', 'B' => 'class B extends A {}', 'T' => 'trait T {}'],
        'if (isset($_GET["set"])) { Base::$one = new A(); Base::$two = new B(); } else { class_exists("Base"); } echo get_debug_type(Base::$one), " ", get_debug_type(Base::$two);'],
    'of a cousin' => [
        ['G' => '#[OPcache\PinnedStatic] class G { public static $held = null; }', 'P' => 'class P extends G {}', 'K' => 'class K extends P {}', 'K2' => 'class K2 extends P {}'],
        'if (isset($_GET["set"])) { G::$held = new K(); } else { new K2(); } echo G::$held ? get_class(G::$held) : "none";'],
    'a method that uses a child' => [
        ['G' => '#[OPcache\PinnedStatic] class G { public static $held = null; }', 'P' => 'class P extends G { public static $ps = "p"; }',
            'K' => 'class K { public $y = 1; function __wakeup() { $this->y = P::$ps; } }'],
        'if (isset($_GET["set"])) { G::$held = new K(); } else { echo P::$ps, " "; } echo json_encode(G::$held);'],
    'in the file of an interface' => [
        ['I' => "interface I {} $registry", 'P' => 'class P implements I {} echo get_debug_type(Registry::$held), " ";', 'K' => 'class K extends P {}'], "$hold class_exists('P'); $see"],
    'of an interface, for a method' => [
        ['I' => "interface I {} $registry", 'P' => 'class P implements I {}', 'K' => 'class K { public ?P $p = null; function __wakeup() { $this->p = new P(); } }'], "$hold class_exists('P'); $see"],
    'of a trait' => [
        ['T' => "trait T {} $registry", 'P' => 'class P { use T; }', 'K' => 'class K extends P {}'], "$hold class_exists('P'); $see"],
    'of an enum' => [
        ['I' => "interface I {} $registry", 'P' => 'enum P: string implements I { case A = "a"; }', 'K' => 'class K { public P $p = P::A; private $none = 1; function __construct() { unset($this->none); } }'],
        "$hold class_exists('P'); $see"],
    // P has its parent, and waits for the class that a return type names.
    'of a return type' => [
        ['V' => "class V {} $registry", 'W' => 'class W extends V {}', 'G' => 'class G { function m(): V { return new V(); } }',
            'P' => 'class P extends G { function m(): W { return new W(); } }', 'K' => 'class K extends P {}'], "$hold class_exists('P'); $see"],
    'declared by eval(), with a parent under another name' => [
        ['G' => "abstract class G0 {} class_alias('G0', 'G'); $registry", 'P' => 'eval("class P extends G {} echo get_debug_type(Registry::\$held), \" \";");', 'K' => 'class K extends P {}'], "$hold class_exists('P'); $see"],
    // A class has its relatives linked that it names, and is their parent by then.
    'a child that a return type of its parent names' => [
        ['Node' => 'class Node extends P { function next(): Leaf { return $this; } }',
            'Leaf' => '#[OPcache\PinnedStatic] class Leaf extends Node { public static $held = "declared"; function next(): Leaf { return $this; } }'],
        'eval("abstract class P { function next(): P { return \$this; } }"); class_exists(isset($_GET["set"]) ? "Leaf" : "Node"); echo Leaf::$held; Leaf::$held = isset($_GET["set"]) ? "stored" : Leaf::$held . "+";'],
    // The last one in a row may be what is needed.
    'several in a row' => [
        ['G' => "class G {} $registry", 'P' => 'class P extends G {} class P2 extends Other {} echo get_debug_type(Registry::$held), " ";', 'Other' => 'class Other {}', 'K' => 'class K extends P2 {}'],
        "$hold class_exists('P'); $see"],
    // A fiber that goes on later is in the middle of it.
    'in a fiber' => [
        ['G' => 'if (Fiber::getCurrent()) { Fiber::suspend(); } class G {}', 'P' => 'class P extends G {}', 'K' => 'class K extends P {}', 'Registry' => $registry],
        "$hold else { \$fiber = new Fiber(fn() => class_exists('P')); \$fiber->start(); echo get_debug_type(Registry::\$held), ' '; \$fiber->resume(); } $see"],
    // What waited with what a fiber is suspended for does not wait for the fiber.
    'in a fiber, of two targets' => [
        ['Base' => '#[OPcache\PinnedStatic] class Base { public static $one = null; #[OPcache\PinnedStatic] public static $two = null; }',
            'A' => 'if (Fiber::getCurrent()) { Fiber::suspend(); } class A {}', 'B' => 'class B {}', 'Other' => 'class Other {}'],
        'if (isset($_GET["set"])) { Base::$one = new A(); Base::$two = new B(); } else { $fiber = new Fiber(fn() => class_exists("Base")); $fiber->start(); class_exists("Other");
         echo get_debug_type(Base::$one), " ", get_debug_type(Base::$two), " "; $fiber->resume(); } echo get_debug_type(Base::$one), " ", get_debug_type(Base::$two);'],
    // What takes no user code does not wait, nor does what comes after a declaration that came to nothing.
    'what is there already' => [
        ['G' => "class G {} $registry echo get_debug_type(Registry::\$held), ' ';", 'P' => 'class P extends G {}', 'K' => 'class K {}'], "class_exists('K'); $hold class_exists('P'); $see"],
    'in vain' => [
        ['G' => $registry, 'P' => 'class P extends G {}', 'K' => 'class K {}'],
        'if (isset($_GET["set"])) { require "$folder/G.php"; Registry::$held = new K(); } try { class_exists("P"); } catch (Error $error) { echo $error->getMessage(), " "; } ' . $see],
];
foreach ($kinds as $kind => [$files, $use]) {
    $folder = new Folder();
    foreach ($files as $name => $text) {
        $folder->write("$name.php", "<?php $text");
    }
    echo "$kind:\n";
    in_hosts('<?php $folder = "' . $folder->path . '"; spl_autoload_register(function ($class) use ($folder) { if (is_file($file = "$folder/$class.php")) require_once $file; });' . $use, each_of('set=1', '', ''));
}
?>
--EXPECT--
objects of a child, in a base class:
set=1: 0 K 2 kept p
: 1 K,P 2 kept p
: 2 K,P 2 kept p
of children, in two targets:
set=1: A B
: A B
: A B
of a cousin:
set=1: K
: K
: K
a method that uses a child:
set=1: {"y":1}
: p {"y":"p"}
: p {"y":"p"}
in the file of an interface:
set=1: null K P {}
: K K P {}
: K K P {}
of an interface, for a method:
set=1: K  {"p":null}
: K  {"p":{}}
: K  {"p":{}}
of a trait:
set=1: K P {}
: K P {}
: K P {}
of an enum:
set=1: K  {"p":"a"}
: K  {"p":"a"}
: K  {"p":"a"}
of a return type:
set=1: K P,G {}
: K P,G {}
: K P,G {}
declared by eval(), with a parent under another name:
set=1: null K P,G0 {}
: K K P,G0 {}
: K K P,G0 {}
a child that a return type of its parent names:
set=1: declared
: stored
: stored+
several in a row:
set=1: null K P2,Other {}
: K K P2,Other {}
: K K P2,Other {}
in a fiber:
set=1: K P,G {}
: null K P,G {}
: null K P,G {}
in a fiber, of two targets:
set=1: A B
: null B A B
: null B A B
what is there already:
set=1: null K  {}
: K K  {}
: K K  {}
in vain:
set=1: Class "G" not found K  {}
: Class "G" not found K  {}
: Class "G" not found K  {}
