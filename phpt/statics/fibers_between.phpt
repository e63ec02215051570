--TEST--
What a restore loads may leave a fiber in the middle of a declaration: the next class, constants, cases, and methods wait until that is there
--EXTENSIONS--
static_cache
--FILE--
<?php
require __DIR__ . '/../helpers/statics.inc';
$registry = '#[OPcache\PinnedStatic] class Registry { public static $held = null; }';
$kinds = [
    'a class' => ['P' => 'class P extends G {}', 'K' => 'class K extends P { public $k = 1; }'],
    'a class that a file goes on to declare' => ['P' => 'class P extends G {} class_exists("Other"); if (true) { class K extends P { public $k = 1; } }'],
    // It is there, and evaluating its property begins the fiber.
    'a class behind constants' => ['P' => 'class P extends G {}', 'K' => 'class K extends P { public $k = 1; }', 'X' => 'class X { const C = 7; }',
        'A' => 'class A extends ArrayObject { public $z = X::C; }'],
    'constants' => ['P' => 'class P extends G { const C = 7; }', 'K' => 'class K extends ArrayObject { public $k = P::C; }'],
    'an enum case' => ['P' => 'class P extends G { const C = 7; }', 'K' => 'enum K: int { case V = P::C + 1; }'],
    // It has no parent, and its method needs one.
    'a method' => ['P' => 'class P extends G {}', 'A' => 'class A { public $p = null; function __wakeup() { $this->p = new P(); } }'],
];
$there = array_map(fn($class) => ["begin=1&there=$class"], ['a class behind constants' => 'A', 'constants' => 'K', 'an enum case' => 'K']);
foreach ($kinds as $kind => $files) {
    $folder = new Folder();
    foreach ($files + ['G' => 'class G {}', 'A' => 'class A {}', 'Registry' => $registry] as $name => $text) {
        $folder->write("$name.php", "<?php $text");
    }
    echo "$kind:\n";
    in_hosts('<?php
spl_autoload_register(function ($class) {
    global $fiber;
    if ($class === "G" && Fiber::getCurrent()) Fiber::suspend();
    if ($class === "' . (isset($files['X']) ? 'X' : 'A') . '" && isset($_GET["begin"])) {
        $fiber = new Fiber(fn() => class_exists("P"));
        $fiber->start();
    }
    if (is_file($file = "' . $folder->path . '/$class.php")) require $file;
    elseif ($class === "K" && !class_exists("P", false)) require "' . $folder->path . '/P.php";
});
if (isset($_GET["set"])) { class_exists("P"); Registry::$held = class_exists("K") ? [new A(), enum_exists("K") ? K::V : new K()] : [new A()]; }
if (isset($_GET["there"])) class_exists($_GET["there"]);
echo json_encode(Registry::$held), " ";
if (isset($fiber)) { $fiber->resume(); echo json_encode(Registry::$held); }', each_of('set=1', ...($there[$kind] ?? ['begin=1']), ...['']));
}
?>
--EXPECT--
a class:
set=1: [{},{"k":1}]
begin=1: null [{},{"k":1}]
: [{},{"k":1}]
a class that a file goes on to declare:
set=1: [{},{"k":1}]
begin=1: null [{},{"k":1}]
: [{},{"k":1}]
a class behind constants:
set=1: [{},{"k":1}]
begin=1&there=A: null [{},{"k":1}]
: [{},{"k":1}]
constants:
set=1: [{},{}]
begin=1&there=K: null [{},{}]
: [{},{}]
an enum case:
set=1: [{},8]
begin=1&there=K: null [{},8]
: [{},8]
a method:
set=1: [{"p":null}]
begin=1: null [{"p":{}}]
: [{"p":{}}]
