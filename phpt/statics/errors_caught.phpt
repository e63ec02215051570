--TEST--
A fatal error that an extension catches, so that the script goes on, does not keep static state from being published
--EXTENSIONS--
static_cache
--SKIPIF--
<?php
if (!ini_get('opcache.enable')) die('skip needs OPcache');
?>
--FILE--
<?php
require __DIR__ . '/../helpers/statics.inc';
// opcache_compile_file() makes a warning of whatever ends the compilation, also in user code that it runs to open the file.
in_hosts('<?php
#[OPcache\PinnedStatic]
class C { public static $n = 0; }
class Failing
{
    public $context;
    public function stream_open(string $path): bool { return $this->{substr($path, 10)}(); }
    private function compile(): bool { return eval("class X { function a() {} function a() {} }"); }
    private function user(): bool { return trigger_error("x", E_USER_ERROR); }
    private function fiber(): bool { (new Fiber($this->user(...)))->start(); return false; }
}
ini_set("display_errors", 0);
ini_set("log_errors", 0);
stream_wrapper_register("failing", "Failing");
switch ($_GET["do"]) {
    case "caught": C::$n++; break;
    case "caught before": opcache_compile_file("failing://compile"); C::$n++; break;
    case "caught after": C::$n++; opcache_compile_file("failing://compile"); break;
    case "caught from fiber": C::$n++; opcache_compile_file("failing://fiber"); break;
    case "caught in function": C::$n++; (function () { opcache_compile_file("failing://compile"); })(); break;
    case "caught, exit in shutdown": C::$n++; opcache_compile_file("failing://user"); register_shutdown_function(function () { exit; }); break;
    case "caught, then another": C::$n++; opcache_compile_file("failing://compile"); undefined_function(); break;
    case "not caught": C::$n++; (new Failing)->stream_open("failing://compile"); break;
}
echo C::$n, OPcache\pinned_cache_info()->publish_failures ? " failed" : "";
', function (callable $get) {
    foreach (['caught', 'caught before', 'caught after', 'caught from fiber', 'caught in function', 'caught, exit in shutdown', 'caught, then another', 'not caught'] as $do) {
        $get('do=' . urlencode($do));
        echo "$do: ", $get('do=read'), "\n";
    }
});
?>
--EXPECT--
caught: 1
caught before: 2
caught after: 3
caught from fiber: 4
caught in function: 5
caught, exit in shutdown: 6
caught, then another: 6
not caught: 6
