--TEST--
A fiber that is destroyed in the middle of a restore: what else waits for that is restored later, and what was changed before is said to be lost
--EXTENSIONS--
static_cache
--FILE--
<?php
require __DIR__ . '/../helpers/statics.inc';
$folder = new Folder([
    'Base.php' => '<?php #[OPcache\PinnedStatic] class Base { public static $n = 0; public static $o = null; }',
    'Child.php' => '<?php #[OPcache\PinnedStatic] class Child extends Base { public static $s = null; }',
    'Slow.php' => '<?php class Slow {}',
]);
in_hosts('<?php
spl_autoload_register(function ($class) {
    if ($class === "Slow" && Fiber::getCurrent()) Fiber::suspend();
    require "' . $folder->path . '/$class.php";
});
if (isset($_GET["set"])) [Base::$o, Base::$n, Child::$s] = [new Child(), 1, new Slow()];
if (isset($_GET["kill"])) {
    $fiber = new Fiber(fn() => class_exists("Child"));
    $fiber->start();
    unset($fiber);
}
if (isset($_GET["other"])) { eval("class Other {}"); class_exists("Slow"); }
if (isset($_GET["count"])) Base::$n++;
echo Base::$n, " ", get_debug_type(Base::$o), " ", get_debug_type(Child::$s);', function (callable $get) {
    foreach (['set=1', 'count=1', 'kill=1', 'kill=1&count=1', 'kill=1&other=1', 'kill=1&other=1&count=1', ''] as $query) {
        echo "$query: ", preg_replace('/^Warning: (Base was not published: .*?);.*$/m', '$1', trim($get($query))), "\n";
    }
});
?>
--EXPECT--
set=1: 1 Child Slow
count=1: 2 Child Slow
kill=1: 0 null null
kill=1&count=1: 1 null null
Base was not published: it was changed before its stored state could be restored
kill=1&other=1: 2 Child Slow
kill=1&other=1&count=1: 3 Child Slow
: 3 Child Slow
