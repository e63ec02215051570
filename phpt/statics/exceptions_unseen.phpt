--TEST--
What a restore throws at a declaration of OPcache's that does not look for exceptions is a warning, if the file goes on; nothing runs after exit()
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
    'string' => 'echo greet("x"), "[after]";',
    'finally' => 'try { $x = strlen("a"); } finally { echo "[finally]"; } echo "[after]";',
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
if (isset($_GET["handler"])) set_error_handler(function () { throw new Exception("of the handler"); });
function numbers() { try { yield 1; } finally { echo "[finally]"; } }
function call() { echo "[call]"; }
function greet($n) { return "Hello {$n}, {$n}!"; }
class Last { function __destruct() { call(); echo "[destructor]"; } }
function body() { $last = new Last; require $GLOBALS["path"] . "/$_GET[body].php"; }
try {
    switch ($_GET["from"] ?? "function") {
        case "function": body(); break;
        case "fiber": (new Fiber(body(...)))->start(); break;
        case "destroyed": $fiber = new Fiber(body(...)); $fiber->start(); unset($fiber); break;
        case "autoloader": class_exists("C"); break;
    }
    if ($_GET["do"] === "set") { C::$o = new Obj; C::$n = 5; }
    echo "n=", C::$n;
} catch (Exception $e) {
    echo "caught ", $e->getMessage(), " n=", C::$n;
}
echo error_reporting() === E_ALL ? "" : "[silent]";
';
in_hosts($script, function (callable $get) use ($bodies) {
    $unseen = function_exists('opcache_get_status') && opcache_get_status(false);
    $plain = fn($said) => preg_replace('~\s*(Warning: Uncaught \w+: [\w ]+) in .*?  thrown in \S+ on line \d+\s*~s', '[$1]', $said);
    foreach ($bodies as $name => $body) {
        // The first compiles the file: OPcache has it then.
        $set = $get("do=set&body=$name");
        // What the file does behind the class.
        $file = preg_replace('~\[call\]\[destructor\].*~', '', $set);
        $set === $file . '[call][destructor]n=5[shutdown]' || print("$name: $set\n");
        foreach (['load' => 'loader', 'wake' => 'wake'] as $do => $text) {
            foreach (['function', 'fiber', 'autoloader'] as $from) {
                $destructor = $from === 'autoloader' ? '' : '[call][destructor]';
                // PHP that is built to be debugged expects none at a file's end either.
                $expected = $unseen && ($name !== 'end' || PHP_DEBUG) ? "[Warning: Uncaught Exception: $text]$file{$destructor}n=0[shutdown]" : "{$destructor}caught $text n=0[shutdown]";
                $said = $plain($get("do=$do&from=$from&body=$name"));
                $said === $expected || print("$name, $do, $from: $said\n  not $expected\n");
            }
        }
        foreach (['function', 'fiber', 'autoloader'] as $from) {
            $said = $get("do=exit&from=$from&body=$name");
            // After a jump destructors come last, as after a fatal error.
            preg_replace('~\[call\]\[destructor\]~', '', $said) === '[exit][shutdown]' || print("$name, exit, $from: $said\n");
        }
        $said = $get("do=suspend&from=destroyed&body=$name");
        in_array($said, ['[call][destructor]n=0[shutdown]', "{$file}[call][destructor]n=0[shutdown]"]) || print("$name, destroyed: $said\n");
        $get("do=read&body=$name") === $set || print("$name: another state\n");
    }
    $get('do=set&body=string');
    if ($unseen) {
        // The script's error handler is not asked: it may throw.
        $said = $plain($get('do=wake&from=autoloader&body=string&handler=1'));
        $said === '[Warning: Uncaught Exception: wake]Hello x, x![after]n=0[shutdown]' || print("handler: $said\n");
    }
    echo $get('do=read&body=string'), "\n";
});
?>
--EXPECT--
Hello x, x![after][call][destructor]n=5[shutdown]
