--TEST--
A warning that statics were not published is shown also where the script's error handler throws, and changes nothing of how the request ends
--EXTENSIONS--
static_cache
--FILE--
<?php
require __DIR__ . '/../helpers/statics.inc';
require_once __DIR__ . '/../helpers/binaries.inc';
$script = '<?php
class Own extends Exception { function __toString(): string { throw new LogicException("in __toString()"); } }
class Ends { static $armed = false; function __destruct() { if (self::$armed) throw new DomainException("destructor"); } }
class Maker { function __serialize(): array { Ends::$armed = true; return [new Ends]; } function __unserialize(array $data): void {} }
set_error_handler(function ($level, $text, $file, $line) {
    echo "[$text]\n";
    switch ($text[0]) {
        case "A": throw new ErrorException($text, 0, $level, $file, $line);
        case "B": throw new Exception("Handled: $text");
        case "C": throw new RuntimeException("service is gone");
        case "D": exit("left\n");
        case "E": eval("this is no code");
        case "F": throw new Own("own");
    }
    return $text[0] === "G";
});
#[OPcache\PinnedStatic] class A { public static $closure; }
#[OPcache\PinnedStatic] class B { public static $closure; }
#[OPcache\PinnedStatic] class C { public static $closure; }
#[OPcache\PinnedStatic] class D { public static $closure; }
#[OPcache\PinnedStatic] class E { public static $closure; }
#[OPcache\PinnedStatic] class F { public static $closure; }
#[OPcache\PinnedStatic] class G { public static $closure; }
#[OPcache\PinnedStatic] class H { public static $closure; }
#[OPcache\PinnedStatic] class N { public static $n = 0; public static $maker; }
if (($_GET["do"] ?? "") !== "read") {
    A::$closure = B::$closure = C::$closure = D::$closure = E::$closure = F::$closure = G::$closure = H::$closure = fn() => 1;
    N::$n = 1;
    N::$maker = new Maker;
}
register_shutdown_function(function () { echo "end ", N::$n, " failures ", OPcache\pinned_cache_info()->publish_failures, "\n"; });
';
$told = fn(string $body) => preg_replace(['~ in /\S+?(?:\(\d+\) : eval\(\)\'d code)?(?::\d+| on line \d+)~', '~\n\n+~', '~Stack trace:.*?\n  thrown~s'], [' in FILE', "\n", '  thrown'], trim($body));
in_hosts($script, function (callable $get) use ($told) {
    echo $told($get('')), "\n== ", $told($get('do=read')), "\n";
});
$file = tempnam(sys_get_temp_dir(), 'static-cache-test-');
file_put_contents($file, str_replace('exit("left\n")', 'break', $script));
exec(implode(' ', array_map('escapeshellarg', [PHP_BINARY, ...settings(), $file])) . ' 2>&1', $lines, $status);
unlink($file);
echo "== exits with $status\n";
?>
--EXPECT--
end 1 failures 0
[A was not published: pinned cache: A::$closure cannot be stored: it is a Closure]
Warning: A was not published: pinned cache: A::$closure cannot be stored: it is a Closure in Unknown on line 0
[B was not published: pinned cache: B::$closure cannot be stored: it is a Closure]
Warning: B was not published: pinned cache: B::$closure cannot be stored: it is a Closure in Unknown on line 0
[C was not published: pinned cache: C::$closure cannot be stored: it is a Closure]
Warning: C was not published: pinned cache: C::$closure cannot be stored: it is a Closure in Unknown on line 0
Warning: Uncaught RuntimeException: service is gone in FILE
  thrown in FILE
[D was not published: pinned cache: D::$closure cannot be stored: it is a Closure]
left
[E was not published: pinned cache: E::$closure cannot be stored: it is a Closure]
Warning: E was not published: pinned cache: E::$closure cannot be stored: it is a Closure in Unknown on line 0
Warning: Uncaught ParseError: syntax error, unexpected identifier "is" in FILE
[F was not published: pinned cache: F::$closure cannot be stored: it is a Closure]
Warning: F was not published: pinned cache: F::$closure cannot be stored: it is a Closure in Unknown on line 0
Warning: Uncaught LogicException in exception handling during call to Own::__toString() in FILE
Warning: Uncaught 
  thrown in FILE
Warning: Uncaught LogicException: in __toString() in FILE
  thrown in FILE
[G was not published: pinned cache: G::$closure cannot be stored: it is a Closure]
[H was not published: pinned cache: H::$closure cannot be stored: it is a Closure]
Warning: H was not published: pinned cache: H::$closure cannot be stored: it is a Closure in Unknown on line 0
Warning: Uncaught DomainException: destructor in FILE
  thrown in FILE
== end 1 failures 8
== exits with 0
