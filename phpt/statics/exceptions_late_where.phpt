--TEST--
An exception of a restore that comes out later may do so in a destructor, and before any operation
--EXTENSIONS--
static_cache
--FILE--
<?php
require __DIR__ . '/../helpers/statics.inc';
$folder = new Folder([
    'P.php' => '<?php class P {}',
    'Obj.php' => '<?php class Failure extends Exception { function __destruct() { if ($_GET["x"] ?? 0) echo "never"; } }
        class Obj { function __wakeup() { if ($_GET["do"] === "wake") throw new Failure("wake"); } }',
    // Strings that the stack is full of.
    'C.php' => '<?php #[OPcache\PinnedStatic] class C extends P { static $o = null; } ' . implode(array_map(fn($name) => "\$z$name = \$_GET['do'] . 'xyzxyzxyz$name'; ", range('a', 'h'))),
]);
in_hosts('<?php
$path = "' . $folder->path . '";
spl_autoload_register(function ($class) use ($path) { require $path . "/$class.php"; });
function note($what) { $GLOBALS["noted"] = $what; }
class Connection { function __destruct() { note("closed"); } }
class Loops { function __destruct() { for ($i = 0; $i < 3; $i++) { $GLOBALS["noted"] = $i; } } }
function greet($n) { return "Hello {$n}, {$n}!"; }
function show($n, $m = 1, $o = 2, $p = 3) { return $n; }
function named($a = 1, $b = 2) { return $a . $b; }
// Each first: code of a file that OPcache has not optimised otherwise than the engine wants it.
$places = [
    "destructor" => function ($path) { $c = new Connection; require "$path/C.php"; },
    "loop" => function ($path) { $c = new Loops; require "$path/C.php"; },
    "string" => function ($path) { require "$path/C.php"; return greet("x"); },
    "nullsafe" => function ($path) { $q = null; $a = "a"; require "$path/C.php"; $s = "abc {$q?->p} def $a"; return $za . strlen($s); },
    "argument" => function ($path) { $x = isset($_GET["do"]); $a = "a"; $b = "b"; require "$path/C.php"; return show(1, $x ? $a : $b); },
    "named" => function ($path) { $x = isset($_GET["do"]); $a = "a"; require "$path/C.php"; return named(b: $x ? $a : 3); },
    "nested" => function ($path) { $x = isset($_GET["do"]); $a = "a"; require "$path/C.php"; return show(show(1, $x ? $a : 2), $x ? $a : 2); },
    "method" => function ($path) { $x = isset($_GET["do"]); $o = new ArrayObject([3]); require "$path/C.php"; return $o->offsetExists($x ? 0 : 1); },
    "callback" => function ($path) { require "$path/C.php"; $b = ""; for ($i = 0; $i < 3; $i++) $b .= "[cb $i]"; return $b; },
    "end" => function ($path) { require "$path/C.php"; },
];
$place = $places[$_GET["at"]];
try {
    $place($path);
    strrev("z");
    if ($_GET["do"] === "set") { C::$o = new Obj; }
    echo "nothing thrown";
} catch (Exception $e) {
    echo "caught ", $e->getMessage();
}
unset($e);
// What was freed too early is something else by now.
for ($i = 0; $i < 2000; $i++) $keep[] = str_repeat(chr(65 + $i % 26), 10 + $i % 20);
echo "; ", strlen(implode($keep));
', function (callable $get) {
    foreach (['destructor', 'loop', 'string', 'nullsafe', 'argument', 'named', 'nested', 'method', 'callback', 'end'] as $at) {
        $get("do=set&at=$at");
        echo "$at: ", $get("do=wake&at=$at"), "\n";
    }
});
?>
--EXPECT--
destructor: caught wake; 39000
loop: caught wake; 39000
string: caught wake; 39000
nullsafe: caught wake; 39000
argument: caught wake; 39000
named: caught wake; 39000
nested: caught wake; 39000
method: caught wake; 39000
callback: caught wake; 39000
end: caught wake; 39000
