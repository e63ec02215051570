--TEST--
A request that goes on after an error publishes: one that was handled or caught is not taken for its end, and an end is not taken for one that was
--EXTENSIONS--
static_cache
--FILE--
<?php
require __DIR__ . '/../helpers/statics.inc';
$script = '<?php
#[OPcache\PinnedStatic]
class C { public static $n = 0; }
ini_set("display_errors", 0);
ini_set("log_errors", 0);
function fail(string $text): void { trigger_error($text, E_USER_ERROR); }
function handle(): void { set_error_handler(fn() => true); fail("handled"); }
function numbers(): Generator { fail("in a generator"); yield 1; }
function fall(): void { echo $GLOBALS["undefined"]->f(); }
if ($_GET["do"] === "read") { echo C::$n, OPcache\pinned_cache_info()->publish_failures ? " failed" : ""; exit; }
C::$n = $_GET["do"];
$end = fn() => register_shutdown_function(function () { exit; });
switch ($_GET["do"]) {
    case "handled": handle(); $end(); break;
    case "handled in a generator": set_error_handler(fn() => true); foreach (numbers() as $n); $end(); break;
    case "handled in a fiber": (new Fiber(handle(...)))->start(); $end(); break;
    case "handled in a shutdown function": register_shutdown_function(handle(...)); $end(); break;
    case "handled, exit": handle(); $end(); exit;
    case "handled, then one that is not": handle(); restore_error_handler(); fail("x"); break;
    case "handled, then another": handle(); undefined_function(); break;
    case "handled in a fiber, then another in one": (new Fiber(handle(...)))->start(); (new Fiber(fn() => ini_set("memory_limit", "16M") && str_repeat("x", 1 << 30)))->start(); break;
    case "one, then handled": register_shutdown_function(handle(...)); fail("x"); break;
    case "one, then handled in a fiber": register_shutdown_function(fn() => (new Fiber(handle(...)))->start()); fail("x"); break;
    case "one in a fiber, then handled": register_shutdown_function(handle(...)); (new Fiber(fn() => fail("x")))->start(); break;
    case "one in a generator": foreach (numbers() as $n); break;
    case "one while another is handled": set_error_handler(fn() => str_repeat("x", 1 << 30)); ini_set("memory_limit", "16M"); fail("x"); break;
    case "uncaught, then handled": register_shutdown_function(handle(...)); undefined_function();
}
';
in_hosts($script, function (callable $get) {
    foreach (['handled', 'handled in a generator', 'handled in a fiber', 'handled in a shutdown function', 'handled, exit'] as $do) {
        $get('do=' . urlencode($do));
        echo $get('do=read'), "\n";
    }
    $get('do=kept');
    foreach (['handled, then one that is not', 'handled, then another', 'handled in a fiber, then another in one', 'one, then handled', 'one, then handled in a fiber',
        'one in a fiber, then handled', 'one in a generator', 'one while another is handled', 'uncaught, then handled'] as $do) {
        $get('do=' . urlencode($do));
        echo "$do: ", $get('do=read'), "\n";
    }
});
// The client goes away: that ends the request by a jump as well, from the same depth or within the same eval(), and is no error.
$loop = 'for ($i = 0; $i < 1000000; $i++) { echo str_repeat("x", 1000); flush(); } C::$n = "not reached";';
$server = new Server(str_replace('switch (', 'if ($_GET["do"] === "abandoned") { handle(); ' . $loop . ' }
if ($_GET["do"] === "abandoned in eval()") { set_error_handler(fn() => true); eval(\'trigger_error("handled", E_USER_ERROR); ' . $loop . '\'); }
switch (', $script));
foreach (['abandoned', 'abandoned in eval()'] as $do) {
    $server->abandon('?do=' . urlencode($do));
    echo $server->get('?do=read'), "\n";
}
?>
--EXPECT--
handled
handled in a generator
handled in a fiber
handled in a shutdown function
handled, exit
handled, then one that is not: kept
handled, then another: kept
handled in a fiber, then another in one: kept
one, then handled: kept
one, then handled in a fiber: kept
one in a fiber, then handled: kept
one in a generator: kept
one while another is handled: kept
uncaught, then handled: kept
abandoned
abandoned in eval()
