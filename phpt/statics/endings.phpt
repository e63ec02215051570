--TEST--
What ends in a fatal error or a limit publishes nothing; exit, shutdown functions and destructors do
--EXTENSIONS--
static_cache
--FILE--
<?php
require __DIR__ . '/../helpers/statics.inc';
in_hosts('<?php
#[OPcache\PinnedStatic]
class C { public static $n = 0; public static $big; public static function m() { static $n = 0; return ++$n; } }
ini_set("display_errors", 0);
ini_set("log_errors", 0);
if ($_GET["do"] === "read") { echo C::$n, OPcache\pinned_cache_info()->publish_failures ? " failed" : ""; exit; }
C::$n = $_GET["do"];
switch ($_GET["do"]) {
    case "error": undefined_function(); break;
    case "exception": throw new Exception("x"); break;
    case "parse": eval("this is no code"); break;
    case "compile": eval("class X { function a() {} function a() {} }"); break;
    case "user": trigger_error("x", E_USER_ERROR); break;
    case "memory": ini_set("memory_limit", "16M"); $a = []; while (true) $a[] = str_repeat("x", 100000); break;
    case "time": set_time_limit(1); while (true); break;
    case "include": require "/nowhere/at/all.php"; break;
    case "shutdown error": register_shutdown_function(function () { undefined_function(); }); break;
    case "destructor error": $GLOBALS["d"] = new class { function __destruct() { undefined_function(); } }; break;
    case "buffer error": ob_start(function () { throw new Exception("x"); }); break;
    case "caught": try { undefined_function(); } catch (Error) {} break;
    case "parse caught": try { eval("this is no code"); } catch (ParseError) {} break;
    case "handled": set_error_handler(fn() => true); trigger_error("x", E_USER_ERROR); break;
    case "exception handled": set_exception_handler(function () {}); throw new Exception("x"); break;
    case "warning": trigger_error("x", E_USER_WARNING); break;
    case "exit": exit(1);
    case "exit in function": (function () { exit("bye"); })(); break;
    case "shutdown": register_shutdown_function(function () { C::$n = "by shutdown function"; }); break;
    case "exit in shutdown": register_shutdown_function(function () { C::$n = "by exit in shutdown function"; exit; }); break;
    case "destructor": $GLOBALS["d"] = new class { function __destruct() { C::$n = "by destructor"; } }; break;
    case "buffer": ob_start(function () { C::$n = "by output callback"; return ""; }); break;
    case "finally": try { exit; } finally { C::$n = "not by finally"; } break;
    case "generator": $g = (function () { try { yield 1; } finally { C::$n = "by generator"; } })(); $g->current(); $GLOBALS["g"] = $g; exit;
}
', function (callable $get) {
    foreach (['error', 'exception', 'parse', 'compile', 'user', 'memory', 'time', 'include', 'shutdown error', 'destructor error', 'buffer error', 'caught', 'parse caught', 'handled', 'exception handled', 'warning', 'exit', 'exit in function', 'shutdown', 'exit in shutdown', 'destructor', 'buffer', 'finally', 'generator'] as $do) {
        $get('do=' . urlencode($do));
        echo "$do: ", $get('do=read'), "\n";
    }
});
?>
--EXPECT--
error: 0
exception: 0
parse: 0
compile: 0
user: 0
memory: 0
time: 0
include: 0
shutdown error: 0
destructor error: 0
buffer error: 0
caught: caught
parse caught: parse caught
handled: handled
exception handled: exception handled
warning: warning
exit: exit
exit in function: exit in function
shutdown: by shutdown function
exit in shutdown: by exit in shutdown function
destructor: by destructor
buffer: by output callback
finally: finally
generator: by generator
