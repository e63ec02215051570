--TEST--
The attributes as classes: reflection, arguments, wrong use
--EXTENSIONS--
static_cache
tokenizer
--FILE--
<?php
require __DIR__ . '/../helpers/binaries.inc';
use OPcache\{CacheStrategy, PinnedStatic, VolatileStatic};
#[VolatileStatic(60, CacheStrategy::Tracking)] class A { #[PinnedStatic] public static $a; #[VolatileStatic(strategy: CacheStrategy::Immediate)] function m() {} }
var_dump((new ReflectionClass(A::class))->getAttributes()[0]->newInstance());
var_dump((new ReflectionProperty(A::class, 'a'))->getAttributes()[0]->newInstance());
var_dump((new ReflectionMethod(A::class, 'm'))->getAttributes()[0]->newInstance());
var_dump(CacheStrategy::from(1), CacheStrategy::cases(), CacheStrategy::Immediate instanceof BackedEnum);
foreach ([[-1], ['x'], [1, 2], [1, new stdClass], [1, CacheStrategy::Tracking, 3]] as $arguments) {
    try {
        new VolatileStatic(...$arguments);
        echo "made\n";
    } catch (Error $e) {
        echo get_class($e), ': ', $e->getMessage(), "\n";
    }
}
try {
    $one = new VolatileStatic;
    $one->__construct(5);
} catch (Error $e) {
    echo $e->getMessage(), "\n";
}
try {
    $one->ttl = 5;
} catch (Error $e) {
    echo $e->getMessage(), "\n";
}
foreach (['VolatileStatic(-1)', 'VolatileStatic(ttl: -5)', 'VolatileStatic("x")', 'VolatileStatic(strategy: 5)', 'VolatileStatic(300, 1)', 'VolatileStatic(300, "Tracking")', 'VolatileStatic(ttl: 5, strategy: null)', 'VolatileStatic(strategy: [], ttl: -1)', 'VolatileStatic("300")', 'VolatileStatic(true)', 'VolatileStatic(ttl: TTL, strategy: false)', 'PinnedStatic, OPcache\PinnedStatic', 'VolatileStatic(TTL)', 'VolatileStatic(self::TTL)', 'VolatileStatic(strategy: NONE)', 'VolatileStatic(B::FINE, \OPcache\CacheStrategy::Tracking)',
    'VolatileStatic(tll: 60)', 'VolatileStatic(1, \OPcache\CacheStrategy::Tracking, 3)', 'VolatileStatic(1, ttl: 2)', 'PinnedStatic(ttl: 60)', 'PinnedStatic()', 'VolatileStatic(strategy: \OPcache\CacheStrategy::Tracking, ttl: 5)'] as $use) {
    $said = run([PHP_BINARY, ...settings(), '-d', 'display_errors=1', '-d', 'log_errors=0', '-d', 'html_errors=0', '-r', 'const TTL = -3; #[OPcache\\' . $use . '] class B { const TTL = -4; const FINE = 9; public static $a; } B::$a = 1; echo "fine";']);
    echo "$use: ", trim(preg_replace('/\s+/', ' ', $said)), "\n";
}
foreach (['function f() {}', 'class C { #[OPcache\PinnedStatic] const X = 1; }', 'function g(#[OPcache\PinnedStatic] $x) {}'] as $code) {
    $said = run([PHP_BINARY, ...settings(), '-d', 'display_errors=1', '-d', 'log_errors=0', '-d', 'html_errors=0', '-r', (str_starts_with($code, 'function f') ? '#[OPcache\PinnedStatic] ' : '') . $code]);
    echo trim(strtok(strstr($said, 'rror:'), "\n")), "\n";
}
?>
--EXPECTF--
object(OPcache\VolatileStatic)#%d (2) {
  ["ttl"]=>
  int(60)
  ["strategy"]=>
  enum(OPcache\CacheStrategy::Tracking)
}
object(OPcache\PinnedStatic)#%d (0) {
}
object(OPcache\VolatileStatic)#%d (2) {
  ["ttl"]=>
  int(0)
  ["strategy"]=>
  enum(OPcache\CacheStrategy::Immediate)
}
enum(OPcache\CacheStrategy::Tracking)
array(2) {
  [0]=>
  enum(OPcache\CacheStrategy::Immediate)
  [1]=>
  enum(OPcache\CacheStrategy::Tracking)
}
bool(true)
ValueError: OPcache\VolatileStatic::__construct(): Argument #1 ($ttl) must be greater than or equal to 0
TypeError: OPcache\VolatileStatic::__construct(): Argument #1 ($ttl) must be of type int, string given
TypeError: OPcache\VolatileStatic::__construct(): Argument #2 ($strategy) must be of type OPcache\CacheStrategy, int given
TypeError: OPcache\VolatileStatic::__construct(): Argument #2 ($strategy) must be of type OPcache\CacheStrategy, stdClass given
ArgumentCountError: OPcache\VolatileStatic::__construct() expects at most 2 arguments, 3 given
Cannot modify readonly property OPcache\VolatileStatic::$ttl
Cannot modify readonly property OPcache\VolatileStatic::$ttl
VolatileStatic(-1): Fatal error: OPcache\VolatileStatic: Argument #1 ($ttl) must be greater than or equal to 0 in %s on line 1 [exit status 255]
VolatileStatic(ttl: -5): Fatal error: OPcache\VolatileStatic: Argument #1 ($ttl) must be greater than or equal to 0 in %s on line 1 [exit status 255]
VolatileStatic("x"): Fatal error: OPcache\VolatileStatic: Argument #1 ($ttl) must be of type int in %s on line 1 [exit status 255]
VolatileStatic(strategy: 5): Fatal error: OPcache\VolatileStatic: Argument #2 ($strategy) must be of type OPcache\CacheStrategy in %s on line 1 [exit status 255]
VolatileStatic(300, 1): Fatal error: OPcache\VolatileStatic: Argument #2 ($strategy) must be of type OPcache\CacheStrategy in %s on line 1 [exit status 255]
VolatileStatic(300, "Tracking"): Fatal error: OPcache\VolatileStatic: Argument #2 ($strategy) must be of type OPcache\CacheStrategy in %s on line 1 [exit status 255]
VolatileStatic(ttl: 5, strategy: null): Fatal error: OPcache\VolatileStatic: Argument #2 ($strategy) must be of type OPcache\CacheStrategy in %s on line 1 [exit status 255]
VolatileStatic(strategy: [], ttl: -1): Fatal error: OPcache\VolatileStatic: Argument #1 ($ttl) must be greater than or equal to 0 in %s on line 1 [exit status 255]
VolatileStatic("300"): Fatal error: OPcache\VolatileStatic: Argument #1 ($ttl) must be of type int in %s on line 1 [exit status 255]
VolatileStatic(true): Fatal error: OPcache\VolatileStatic: Argument #1 ($ttl) must be of type int in %s on line 1 [exit status 255]
VolatileStatic(ttl: TTL, strategy: false): Fatal error: OPcache\VolatileStatic: Argument #2 ($strategy) must be of type OPcache\CacheStrategy in %s on line 1 [exit status 255]
PinnedStatic, OPcache\PinnedStatic: Fatal error: Attribute "OPcache\PinnedStatic" must not be repeated in %s on line 1 [exit status 255]
VolatileStatic(TTL): fine Warning: B was not published: ValueError was thrown: OPcache\VolatileStatic: Argument #1 ($ttl) must be greater than or equal to 0 in %s on line 0
VolatileStatic(self::TTL): fine Warning: B was not published: ValueError was thrown: OPcache\VolatileStatic: Argument #1 ($ttl) must be greater than or equal to 0 in %s on line 0
VolatileStatic(strategy: NONE): fine Warning: B was not published: Error was thrown: Undefined constant "NONE" in %s on line 0
VolatileStatic(B::FINE, \OPcache\CacheStrategy::Tracking): fine
VolatileStatic(tll: 60): Fatal error: OPcache\VolatileStatic: Unknown named parameter $tll in %s on line 1 [exit status 255]
VolatileStatic(1, \OPcache\CacheStrategy::Tracking, 3): Fatal error: OPcache\VolatileStatic expects at most 2 arguments, 3 given in %s on line 1 [exit status 255]
VolatileStatic(1, ttl: 2): Fatal error: OPcache\VolatileStatic: Named parameter $ttl overwrites previous argument in %s on line 1 [exit status 255]
PinnedStatic(ttl: 60): Fatal error: OPcache\PinnedStatic takes no arguments in %s on line 1 [exit status 255]
PinnedStatic(): fine
VolatileStatic(strategy: \OPcache\CacheStrategy::Tracking, ttl: 5): fine
rror: Attribute "OPcache\PinnedStatic" cannot target function (allowed targets: class, method, property) in %s on line 1
rror: Attribute "OPcache\PinnedStatic" cannot target class constant (allowed targets: class, method, property) in %s on line 1
rror: Attribute "OPcache\PinnedStatic" cannot target parameter (allowed targets: class, method, property) in %s on line 1
