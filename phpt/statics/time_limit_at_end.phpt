--TEST--
The time limit counts anew while static state is published at the request's end: a method that does not come back ends with it
--EXTENSIONS--
static_cache
--FILE--
<?php
require __DIR__ . '/../helpers/statics.inc';
in_hosts('<?php
class Endless { public function __serialize(): array { while (true) {} } public function __unserialize(array $data): void {} }
#[OPcache\PinnedStatic] class First { public static $n = 0; }
#[OPcache\PinnedStatic] class Second { public static $endless; public static $n = 0; }
#[OPcache\PinnedStatic] class Third { public static $n = 0; }
set_time_limit(1);
if (isset($_GET["set"])) { First::$n = 1; Second::$n = 1; Second::$endless = new Endless(); Third::$n = 1; }
echo First::$n, Second::$n, Third::$n, "\n";
', function (callable $get) {
    echo preg_replace('~ (?:in|at) /.*~', '', trim($get('set=1'))), "\n", $get('');
});
?>
--EXPECT--
111

Fatal error: Maximum execution time of 1 second exceeded
100
