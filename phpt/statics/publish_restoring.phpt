--TEST--
Code that a restore calls changes or publishes the statics that are being restored: they get their stored values, and these stay
--EXTENSIONS--
static_cache
--FILE--
<?php
require __DIR__ . '/../helpers/statics.inc';
$folder = new Folder([
    'C.php' => '<?php #[OPcache\PinnedStatic] class C { public static $o = null; public static $n = 0; public static $wakes = 0; }',
    'Other.php' => '<?php #[OPcache\PinnedStatic] class Other { public static $n = 0; }',
    'W.php' => '<?php
        if ($_GET["do"] === "loader") { C::$wakes++; publish(); }
        class W {
            public function __construct(public $v) {}
            public function __wakeup() {
                match ($_GET["do"]) {
                    "change" => C::$wakes++,
                    "publish" => publish(),
                    "change and publish" => [C::$wakes++, publish()],
                    "publish it" => [C::$wakes++, publish("C")],
                    "publish others" => [C::$wakes++, Other::$n++, publish()],
                    "change and throw" => C::$wakes++ ?: throw new Exception("thrown"),
                    "change and exit" => C::$wakes++ ?: exit("exit "),
                    "suspend" => [C::$wakes++, Fiber::suspend()],
                    default => null,
                };
            }
        }',
]);
$script = '<?php
spl_autoload_register(function ($class) { require "' . $folder->path . '/$class.php"; });
function publish(...$of) { echo "published ", OPcache\static_publish(...$of), ", "; }
function show() { echo "n=", C::$n, " wakes=", C::$wakes, " o=", json_encode(C::$o); }
switch ($_GET["do"]) {
    case "set": C::$o = new W(5); C::$n = 1; break;
    case "suspend":
        $fiber = new Fiber(fn() => C::$n);
        $fiber->start();
        publish();
        $fiber->resume();
}
try { show(); } catch (Exception $e) { echo "caught ", $e->getMessage(), " "; show(); }
if ($_GET["do"] === "others") echo " ", Other::$n;
';
in_hosts($script, each_of('do=set', 'do=change', 'do=others', 'do=publish', 'do=others', 'do=change+and+publish', 'do=others', 'do=publish+it', 'do=others', 'do=publish+others', 'do=others',
    'do=loader', 'do=others', 'do=suspend', 'do=others', 'do=change+and+throw', 'do=others', 'do=change+and+exit', 'do=others'));
?>
--EXPECT--
do=set: n=1 wakes=0 o={"v":5}
do=change: n=1 wakes=0 o={"v":5}
do=others: n=1 wakes=0 o={"v":5} 0
do=publish: n=published 0, 1 wakes=0 o={"v":5}
do=others: n=1 wakes=0 o={"v":5} 0
do=change+and+publish: n=published 0, 1 wakes=0 o={"v":5}
do=others: n=1 wakes=0 o={"v":5} 0
do=publish+it: n=published 0, 1 wakes=0 o={"v":5}
do=others: n=1 wakes=0 o={"v":5} 0
do=publish+others: n=published 1, 1 wakes=0 o={"v":5}
do=others: n=1 wakes=0 o={"v":5} 1
do=loader: n=published 0, 1 wakes=0 o={"v":5}
do=others: n=1 wakes=0 o={"v":5} 1
do=suspend: published 0, n=1 wakes=0 o={"v":5}
do=others: n=1 wakes=0 o={"v":5} 1
do=change+and+throw: n=caught thrown n=0 wakes=1 o=null
Warning: C was not published: it was changed before its stored state could be restored; that state stays until OPcache\pinned_delete('C') deletes it in Unknown on line 0
do=others: n=1 wakes=0 o={"v":5} 1
do=change+and+exit: n=exit 
Warning: C was not published: it was changed before its stored state could be restored; that state stays until OPcache\pinned_delete('C') deletes it in Unknown on line 0
do=others: n=1 wakes=0 o={"v":5} 1
