--TEST--
Classes that OPcache binds to one that is being linked are other ones in that request only: state that has to do with them stays
--EXTENSIONS--
static_cache
--SKIPIF--
<?php
if (!ini_get('opcache.enable')) die('skip OPcache binds classes early; without it PHP does not find the class');
?>
--FILE--
<?php
require __DIR__ . '/../helpers/statics.inc';
// Asked for B, PHP loads A first, and with it A's file, which has C. B inherits after that, and C never has what B inherits. In `late`
// requests it comes like that.
$see = 'class_exists(isset($_GET["late"]) ? "B" : "A"); ';
$b = '<?php class B extends A {}';
$kinds = [
    'an object of it' => [
        ['A' => '<?php #[OPcache\PinnedStatic] class A { public static $a = null; public $x = 1; } class C extends B {}', 'B' => $b],
        "$see if (isset(\$_GET['set'])) A::\$a = new C(); echo json_encode(A::\$a), ' ', get_debug_type(A::\$a);"],
    'changed' => [
        ['A' => '<?php #[OPcache\PinnedStatic] class A { public static $a = null; public $x = 1; } class C extends B {}', 'B' => $b],
        "$see A::\$a ??= new C(); if (isset(\$_GET['set'])) A::\$a->x = 2; echo json_encode(A::\$a), ' ', get_debug_type(A::\$a);"],
    'an object of a child' => [
        ['A' => '<?php abstract class A { function __serialize(): array { return [1]; } function __unserialize($data): void {} } class C extends B {}', 'B' => $b,
            'D' => '<?php class D extends C {}', 'S' => '<?php #[OPcache\PinnedStatic] class S { public static $held = null; }'],
        "$see if (isset(\$_GET['set'])) S::\$held = new D(); echo get_debug_type(S::\$held);"],
    'for a type' => [
        ['I' => '<?php interface I {}', 'A' => '<?php abstract class A implements I {} class C extends B {}', 'B' => $b, 'S' => '<?php #[OPcache\PinnedStatic] class S { public static ?I $held = null; }'],
        "$see if (isset(\$_GET['set'])) S::\$held = new C(); echo get_debug_type(S::\$held);"],
    'its own statics, of a child' => [
        ['A' => '<?php abstract class A { public static $inherited = 1; } class C extends B {}', 'B' => $b, 'D' => '<?php #[OPcache\PinnedStatic] class D extends C { public static $own = null; }'],
        "$see if (isset(\$_GET['set'])) D::\$own = 'kept'; echo json_encode(D::\$own);"],
    'a value that is fetched' => [
        ['A' => '<?php class A { public $x = 1; } class C extends B {}', 'B' => $b],
        "$see if (isset(\$_GET['set'])) OPcache\\pinned_store('key', new C()); echo json_encode(OPcache\\pinned_fetch('key'));"],
];
foreach ($kinds as $kind => [$files, $use]) {
    $folder = new Folder();
    foreach ($files as $name => $text) {
        $folder->write("$name.php", $text);
    }
    echo "$kind:\n";
    in_hosts('<?php spl_autoload_register(function ($class) { require "' . $folder->path . '/$class.php"; });' . $use, each_of('set=1', '', 'late=1', ''));
}
?>
--EXPECT--
an object of it:
set=1: {"x":1} C
: {"x":1} C
late=1: null null
: {"x":1} C
changed:
set=1: {"x":2} C
: {"x":2} C
late=1: {} C
Warning: A was not published: it was changed before its stored state could be restored; that state stays until OPcache\pinned_delete('A') deletes it in Unknown on line 0
: {"x":2} C
an object of a child:
set=1: D
: D
late=1: null
: D
for a type:
set=1: C
: C
late=1: null
: C
its own statics, of a child:
set=1: "kept"
: "kept"
late=1: null
: "kept"
a value that is fetched:
set=1: {"x":1}
: {"x":1}
late=1: null
: {"x":1}
