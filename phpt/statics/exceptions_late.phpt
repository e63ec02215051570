--TEST--
What a restore throws at a declaration of OPcache's that does not look for exceptions comes out at the next call, loop or include; nothing runs after exit()
--EXTENSIONS--
static_cache
--FILE--
<?php
require __DIR__ . '/../helpers/statics.inc';
$declaration = '<?php #[OPcache\PinnedStatic] class C extends P { static $o = null; static $n = 0; } ';
$files = [
    'P.php' => '<?php class P {}',
    'Obj.php' => '<?php if ($_GET["do"] === "load") throw new Exception("loader"); class Obj { function __wakeup() { if ($_GET["do"] === "wake") throw new Exception("wake"); if ($_GET["do"] === "exit") exit("[exit]"); if ($_GET["do"] === "suspend") Fiber::suspend(); } }',
    'other.php' => '<?php echo "[other]";',
];
$bodies = [
    'end' => '',
    'require' => 'require __DIR__ . "/other.php"; echo "[after]";',
    'generator' => 'foreach (numbers() as $n) { echo "[loop]"; } echo "[after]";',
    'return' => 'return new C;',
    'call' => 'try { call(); } catch (Exception $e) { throw $e; } echo "[after]";',
    'internal' => 'mt_rand(); echo "[after]";',
    'loop' => 'for ($i = 0; $i < 3; $i++) { $x = $i; if ($i) echo "[loop]"; } echo "[after]";',
    'anonymous' => '$object = new class extends C { function __construct() { echo "[after]"; } };',
];
foreach ($bodies as $name => $body) {
    $files["$name.php"] = $declaration . $body;
}
$folder = new Folder($files);
$script = '<?php
$path = "' . $folder->path . '";
spl_autoload_register(function ($class) use ($path) { require $path . "/" . ($class === "C" ? $_GET["body"] : $class) . ".php"; });
register_shutdown_function(function () { echo "[shutdown]"; });
function numbers() { try { yield 1; } finally { echo "[finally]"; } }
function call() { echo "[call]"; }
function step() { return mt_rand(); }
class Last { function __destruct() { echo "[destructor]"; } }
function body() { $last = new Last; require $GLOBALS["path"] . "/$_GET[body].php"; step(); }
try {
    switch ($_GET["from"] ?? "function") {
        case "function": body(); break;
        case "fiber": (new Fiber(body(...)))->start(); break;
        case "destroyed": $fiber = new Fiber(body(...)); $fiber->start(); unset($fiber); break;
        case "autoloader": class_exists("C"); step(); break;
        case "last": require $path . "/$_GET[body].php"; return;
    }
    if ($_GET["do"] === "set") { C::$o = new Obj; C::$n = 5; }
    echo "n=", C::$n;
} catch (Exception $e) {
    echo "caught ", $e->getMessage(), " n=", C::$n;
}
';
in_hosts($script, function (callable $get) use ($bodies) {
    // Functions that are compiled as a whole look for nothing when they begin.
    $late = ini_get('opcache.jit') === 'function' ? '~\[(finally|call|after)\]~' : '~^$~';
    $without = fn($said) => preg_replace($late, '', $said);
    foreach ($bodies as $name => $body) {
        // The first compiles the file: OPcache has it then.
        echo "$name: ", $get("do=set&body=$name"), "\n";
        foreach (['load', 'wake', 'exit'] as $do) {
            foreach (['function', 'fiber', 'autoloader'] as $from) {
                $said = $get("do=$do&from=$from&body=$name");
                // After a jump destructors come last, as after a fatal error.
                $said = str_replace('[exit][shutdown][destructor]', '[exit][destructor][shutdown]', $said);
                echo "  $do, $from: ", $do === 'exit' ? $said : $without($said), "\n";
            }
        }
        echo "  destroyed: ", $without($get("do=suspend&from=destroyed&body=$name")), "\n";
        echo "  ", $get("do=read&body=$name"), "\n";
    }
    // Where nothing follows that could throw it, it is reported.
    $get('do=set&body=return');
    $said = $get('do=wake&from=last&body=return');
    $expected = function_exists('opcache_get_status') && opcache_get_status(false) ? "[shutdown]\nWarning: Uncaught Exception: wake in " : 'caught wake n=0[shutdown]';
    echo str_starts_with($said, $expected) ? 'told' : $said, "\n";
});
?>
--EXPECT--
end: [destructor]n=5[shutdown]
  load, function: [destructor]caught loader n=0[shutdown]
  load, fiber: [destructor]caught loader n=0[shutdown]
  load, autoloader: caught loader n=0[shutdown]
  wake, function: [destructor]caught wake n=0[shutdown]
  wake, fiber: [destructor]caught wake n=0[shutdown]
  wake, autoloader: caught wake n=0[shutdown]
  exit, function: [exit][destructor][shutdown]
  exit, fiber: [exit][destructor][shutdown]
  exit, autoloader: [exit][shutdown]
  destroyed: [destructor]n=0[shutdown]
  [destructor]n=5[shutdown]
require: [other][after][destructor]n=5[shutdown]
  load, function: [destructor]caught loader n=0[shutdown]
  load, fiber: [destructor]caught loader n=0[shutdown]
  load, autoloader: caught loader n=0[shutdown]
  wake, function: [destructor]caught wake n=0[shutdown]
  wake, fiber: [destructor]caught wake n=0[shutdown]
  wake, autoloader: caught wake n=0[shutdown]
  exit, function: [exit][destructor][shutdown]
  exit, fiber: [exit][destructor][shutdown]
  exit, autoloader: [exit][shutdown]
  destroyed: [destructor]n=0[shutdown]
  [other][after][destructor]n=5[shutdown]
generator: [loop][finally][after][destructor]n=5[shutdown]
  load, function: [destructor]caught loader n=0[shutdown]
  load, fiber: [destructor]caught loader n=0[shutdown]
  load, autoloader: caught loader n=0[shutdown]
  wake, function: [destructor]caught wake n=0[shutdown]
  wake, fiber: [destructor]caught wake n=0[shutdown]
  wake, autoloader: caught wake n=0[shutdown]
  exit, function: [exit][destructor][shutdown]
  exit, fiber: [exit][destructor][shutdown]
  exit, autoloader: [exit][shutdown]
  destroyed: [destructor]n=0[shutdown]
  [loop][finally][after][destructor]n=5[shutdown]
return: [destructor]n=5[shutdown]
  load, function: [destructor]caught loader n=0[shutdown]
  load, fiber: [destructor]caught loader n=0[shutdown]
  load, autoloader: caught loader n=0[shutdown]
  wake, function: [destructor]caught wake n=0[shutdown]
  wake, fiber: [destructor]caught wake n=0[shutdown]
  wake, autoloader: caught wake n=0[shutdown]
  exit, function: [exit][destructor][shutdown]
  exit, fiber: [exit][destructor][shutdown]
  exit, autoloader: [exit][shutdown]
  destroyed: [destructor]n=0[shutdown]
  [destructor]n=5[shutdown]
call: [call][after][destructor]n=5[shutdown]
  load, function: [destructor]caught loader n=0[shutdown]
  load, fiber: [destructor]caught loader n=0[shutdown]
  load, autoloader: caught loader n=0[shutdown]
  wake, function: [destructor]caught wake n=0[shutdown]
  wake, fiber: [destructor]caught wake n=0[shutdown]
  wake, autoloader: caught wake n=0[shutdown]
  exit, function: [exit][destructor][shutdown]
  exit, fiber: [exit][destructor][shutdown]
  exit, autoloader: [exit][shutdown]
  destroyed: [destructor]n=0[shutdown]
  [call][after][destructor]n=5[shutdown]
internal: [after][destructor]n=5[shutdown]
  load, function: [destructor]caught loader n=0[shutdown]
  load, fiber: [destructor]caught loader n=0[shutdown]
  load, autoloader: caught loader n=0[shutdown]
  wake, function: [destructor]caught wake n=0[shutdown]
  wake, fiber: [destructor]caught wake n=0[shutdown]
  wake, autoloader: caught wake n=0[shutdown]
  exit, function: [exit][destructor][shutdown]
  exit, fiber: [exit][destructor][shutdown]
  exit, autoloader: [exit][shutdown]
  destroyed: [destructor]n=0[shutdown]
  [after][destructor]n=5[shutdown]
loop: [loop][loop][after][destructor]n=5[shutdown]
  load, function: [destructor]caught loader n=0[shutdown]
  load, fiber: [destructor]caught loader n=0[shutdown]
  load, autoloader: caught loader n=0[shutdown]
  wake, function: [destructor]caught wake n=0[shutdown]
  wake, fiber: [destructor]caught wake n=0[shutdown]
  wake, autoloader: caught wake n=0[shutdown]
  exit, function: [exit][destructor][shutdown]
  exit, fiber: [exit][destructor][shutdown]
  exit, autoloader: [exit][shutdown]
  destroyed: [destructor]n=0[shutdown]
  [loop][loop][after][destructor]n=5[shutdown]
anonymous: [after][destructor]n=5[shutdown]
  load, function: [destructor]caught loader n=0[shutdown]
  load, fiber: [destructor]caught loader n=0[shutdown]
  load, autoloader: caught loader n=0[shutdown]
  wake, function: [destructor]caught wake n=0[shutdown]
  wake, fiber: [destructor]caught wake n=0[shutdown]
  wake, autoloader: caught wake n=0[shutdown]
  exit, function: [exit][destructor][shutdown]
  exit, fiber: [exit][destructor][shutdown]
  exit, autoloader: [exit][shutdown]
  destroyed: [destructor]n=0[shutdown]
  [after][destructor]n=5[shutdown]
told
