--TEST--
A memory limit that is met while static state is published ends the publication, and is not taken for an exit
--EXTENSIONS--
static_cache
--FILE--
<?php
require __DIR__ . '/../helpers/statics.inc';
in_hosts('<?php
class Greedy { public function __serialize(): array { return [str_repeat("x", 1 << 30)]; } public function __unserialize(array $data): void {} }
#[OPcache\PinnedStatic] class First { public static $n = 0; }
#[OPcache\PinnedStatic] class Second { public static $greedy; public static $n = 0; }
#[OPcache\PinnedStatic] class Third { public static $n = 0; }
ini_set("memory_limit", "32M");
if (isset($_GET["set"])) { First::$n = 1; Second::$n = 1; Second::$greedy = new Greedy(); Third::$n = 1; }
echo First::$n, Second::$n, Third::$n, "\n";
', function (callable $get) {
    echo preg_replace('~ (?:\(tried|at /).*~', '', trim($get('set=1'))), "\n", $get('');
});
?>
--EXPECT--
111

Fatal error: Allowed memory size of 33554432 bytes exhausted
100
