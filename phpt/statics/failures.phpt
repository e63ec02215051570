--TEST--
What cannot be stored warns with class and member, keeps what was there, and counts
--EXTENSIONS--
static_cache
--FILE--
<?php
require __DIR__ . '/../helpers/statics.inc';
in_hosts('<?php
use OPcache\PinnedStatic;
class Thrower { public $armed = true; public function __serialize(): array { if ($this->armed) throw new LogicException("not me"); return []; } public function __unserialize(array $d): void {} }
class Ender { public function __serialize(): array { exit("ended "); } }
class Fatal { public function __serialize(): array { undefined_function(); } }
class Publisher { public function __serialize(): array { return [OPcache\static_publish()]; } }
class Loader { public function __serialize(): array { return [class_exists("Late"), Late::$n++]; } public function __unserialize(array $d): void {} }
spl_autoload_register(function ($class) { if ($class === "Late") { eval("#[OPcache\PinnedStatic] class Late { public static \$n = 0; }"); } });
#[PinnedStatic]
class C
{
    public static $n = 0;
    private static $handler;
    public static function set($handler) { self::$n = "changed"; self::$handler = $handler; }
    public static function m($set = null) { static $inner = []; if ($set) { $inner["x"][1] = $set; } return count($inner); }
}
class P { #[PinnedStatic] public static $other = "other"; }
$do = [
    "closure" => fn() => C::set(["routes" => [1 => fn() => 1]]),
    "method" => fn() => C::m(new class {}),
    "resource" => fn() => C::set((object) ["file" => STDIN_]),
    "throws" => fn() => C::set(new Thrower),
    "exits" => fn() => C::set(new Ender),
    "fatal" => fn() => C::set([new Fatal]),
    "publishes" => fn() => C::set(new Publisher),
    "loads" => fn() => C::set(new Loader),
    "large" => fn() => C::set(str_repeat("x", 20_000_000)),
    "handler" => function () { set_error_handler(function ($n, $text) { echo "handler: $text\n"; return true; }); C::set(fn() => 1); },
    "handler throws" => function () { set_error_handler(function ($n, $text) { throw new ErrorException($text); }); C::set(fn() => 1); },
    "now" => function () { C::set(fn() => 1); P::$other = "by publish"; try { OPcache\static_publish(); } catch (OPcache\StaticCacheException $e) { echo get_class($e), ": ", $e->getMessage(), "\n"; } C::set(1); C::$n = 0; },
    "now throws" => function () { C::set(new Thrower); try { OPcache\static_publish("C"); } catch (LogicException $e) { echo get_class($e), ": ", $e->getMessage(), "\n"; } C::set(2); C::$n = 0; },
    "read" => fn() => print(C::$n . " " . C::m() . " " . P::$other . " failures " . OPcache\pinned_cache_info()->publish_failures . " " . json_encode(class_exists("Late") ? Late::$n : null)),
];
define("STDIN_", fopen("php://memory", "r"));
if ($_GET["do"] !== "read") P::$other = $_GET["do"];
$do[$_GET["do"]]();
', function (callable $get) {
    foreach (['closure', 'method', 'resource', 'throws', 'exits', 'fatal', 'publishes', 'loads', 'large', 'handler', 'handler throws', 'now', 'now throws'] as $do) {
        echo "== $do: ", preg_replace(['~/tmp/[\w/.-]*~', '~\d+ bytes~'], ['FILE', 'N bytes'], trim($get('do=' . urlencode($do)))), "\n", $get('do=read'), "\n";
    }
});
?>
--EXPECTF--
== closure: Warning: C was not published: pinned cache: C::$handler['routes'][1] cannot be stored: it is a Closure in %s on line 0
0 0 closure failures 1 0
== method: Warning: C was not published: pinned cache: C::m()::$inner['x'][1] cannot be stored: it is an object of an anonymous class (class@anonymous) in %s on line 0
0 0 method failures 2 0
== resource: Warning: C was not published: pinned cache: C::$handler->file cannot be stored: it is a resource in %s on line 0
0 0 resource failures 3 0
== throws: Warning: C was not published: LogicException was thrown by a method of C::$handler: not me in %s on line 0
0 0 throws failures 4 0
== exits: ended 
Warning: C was not published: a method of C::$handler called exit() in %s on line 0
0 0 exits failures 5 0
== fatal: Warning: C was not published: Error was thrown by a method of C::$handler[0]: Call to undefined function undefined_function() in %s on line 0
0 0 fatal failures 6 0
== publishes: Warning: C was not published: OPcache\StaticCacheException was thrown by a method of C::$handler: static_publish() was called while static state is being published in %s on line 0
0 0 publishes failures 7 0
== loads: 
changed 0 loads failures 7 1
== large: Warning: C was not published: pinned cache: no memory for N bytes (key "C"): N bytes free, largest block N bytes (opcache.static_cache.pinned_size_mb); most of it is C::$handler in %s on line 0
changed 0 large failures 8 1
== handler: handler: C was not published: pinned cache: C::$handler cannot be stored: it is a Closure
changed 0 handler failures 9 1
== handler throws: Warning: C was not published: pinned cache: C::$handler cannot be stored: it is a Closure in Unknown on line 0
changed 0 handler throws failures 10 1
== now: OPcache\StaticCacheException: C was not published: pinned cache: C::$handler cannot be stored: it is a Closure
0 0 by publish failures 11 1
== now throws: LogicException: not me
0 0 now throws failures 12 1
