--TEST--
What a restore throws before the first file runs ends the script like an exception at its top: the file does not run, and the exception handler is called
--EXTENSIONS--
static_cache
--FILE--
<?php
require __DIR__ . '/../helpers/statics.inc';
$folder = new Folder(['before.php' => '<?php
echo "[before]";
register_shutdown_function(function () { echo "[shutdown]"; });
if (isset($_GET["handler"])) set_exception_handler(function ($e) { echo "[handled: ", $e->getMessage(), ", previous: ", $e->getPrevious()?->getMessage(), "]", $e->getTraceAsString(); });
']);
$script = '<?php
#[OPcache\PinnedStatic] class One { static $o = null; static $n = 0; }
#[OPcache\PinnedStatic] class Two { static $o = null; static $n = 0; }
class Obj { function __construct(public $v) {} function __wakeup() {
    if ($_GET["do"] === "throw") throw new Exception("wake $this->v");
    if ($_GET["do"] === "exit") exit("[exit]");
    if ($_GET["do"] === "warn") trigger_error("warned $this->v");
} }
echo "[script]";
if ($_GET["do"] === "set") { One::$o = new Obj(1); Two::$o = new Obj(2); One::$n = Two::$n = 5; }
echo One::$n + Two::$n;
';
in_hosts($script, function (callable $get) {
    foreach (['do=set', 'do=read', 'do=throw&handler=1', 'do=throw', 'do=exit&handler=1', 'do=exit', 'do=warn', 'do=read'] as $query) {
        echo "$query: ", preg_replace('~ in /\S*(:| on line )\d+|\s+(?=\s)~', '', trim($get($query))), "\n";
    }
}, ['auto_prepend_file' => "$folder->path/before.php"]);
?>
--EXPECT--
do=set: [before][script]10[shutdown]
do=read: [before][script]10[shutdown]
do=throw&handler=1: [before][handled: wake 2, previous: wake 1]#0 Unknown(0): Obj->__wakeup()
#1 {main}[shutdown]
do=throw: [before]
Fatal error: Uncaught Exception: wake 1
Stack trace:
#0 Unknown(0): Obj->__wakeup()
#1 {main}
Next Exception: wake 2
Stack trace:
#0 Unknown(0): Obj->__wakeup()
#1 {main} thrown
[shutdown]
do=exit&handler=1: [before][exit][shutdown]
do=exit: [before][exit][shutdown]
do=warn: [before]
Notice: warned 1
Notice: warned 2
[script]10[shutdown]
do=read: [before][script]10[shutdown]
