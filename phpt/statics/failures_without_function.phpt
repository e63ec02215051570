--TEST--
A publication that fails names no place in code that was loaded meanwhile, also where static_publish() is disabled
--EXTENSIONS--
static_cache
--FILE--
<?php
require __DIR__ . '/../helpers/statics.inc';
$folder = new Folder([
    'wrong.inc' => "<?php\n\nthrow new Exception('from a file'); class Wrong {}\n" . str_repeat("f();\n", 20000),
]);
$script = '<?php
set_include_path(' . var_export($folder->path, true) . ');
spl_autoload_register();
#[OPcache\PinnedStatic] class A { public static $closure; }
class B { #[OPcache\VolatileStatic(ttl: Wrong::TTL)] public static $n = 0; }
#[OPcache\PinnedStatic] class C { public static $closure; }
set_error_handler(function ($level, $text, $file, $line) {
    echo "[$text in $file:$line]\n", json_encode(array_slice(array_column(debug_backtrace(), "function"), 1)), "\n";
    if ($text[0] === "A") throw new Exception("by the handler");
    return true;
});
A::$closure = C::$closure = fn() => 1;
B::$n++;
';
in_hosts($script, function (callable $get) {
    echo preg_replace(['~ in /\S+( on line |:)\d+~', '~\{closure\S*?\}\(~'], [' in FILE', '{closure}('], trim($get(''))), "\n";
}, ['disable_functions' => 'opcache\static_publish']);
?>
--EXPECT--
[A was not published: pinned cache: A::$closure cannot be stored: it is a Closure in Unknown:0]
["OPcache\\{publication of static state}"]

Warning: A was not published: pinned cache: A::$closure cannot be stored: it is a Closure in Unknown on line 0

Warning: Uncaught Exception: by the handler in FILE
Stack trace:
#0 [internal function]: {closure}(2, 'A was not publi...', 'Unknown', 0)
#1 Unknown(0): OPcache\{publication of static state}()
#2 {main}
  thrown in FILE
[B::$n was not published: Exception was thrown: from a file in Unknown:0]
["OPcache\\{publication of static state}"]
[C was not published: pinned cache: C::$closure cannot be stored: it is a Closure in Unknown:0]
["OPcache\\{publication of static state}"]
