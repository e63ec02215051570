--TEST--
Warnings and traces of methods that are asked at a request's end say what asks them; with static_publish() it is that
--EXTENSIONS--
static_cache
--FILE--
<?php
require __DIR__ . '/../helpers/statics.inc';
$script = '<?php
class Sleeper { public $n = 1; function __sleep() { return ["n", "gone"]; } }
class Tracer { public function __serialize(): array { echo json_encode(array_column(debug_backtrace(), "function")), "\n"; return []; } }
#[OPcache\PinnedStatic]
class Holder { public static $object; }
Holder::$object = $_GET["do"] === "sleep" ? new Sleeper : new Tracer;
set_error_handler(function (int $level, string $text) { echo json_encode(array_slice(array_column(debug_backtrace(), "function"), 1)), " $text\n"; return $_GET["at"] !== "end"; });
if ($_GET["at"] === "once") { echo OPcache\static_publish(), "\n"; }
';
in_hosts($script, function (callable $get) {
    foreach (['do=sleep&at=once', 'do=sleep&at=end', 'do=trace&at=once', 'do=trace&at=end'] as $query) {
        echo "$query: ", preg_replace('/ in .* on line \d+/', '', trim($get($query))), "\n";
    }
});
?>
--EXPECT--
do=sleep&at=once: ["OPcache\\static_publish"] OPcache\static_publish(): "gone" returned as member variable from __sleep() but does not exist
1
do=sleep&at=end: ["OPcache\\{publication of static state}"] OPcache\{publication of static state}(): "gone" returned as member variable from __sleep() but does not exist

Warning: OPcache\{publication of static state}(): "gone" returned as member variable from __sleep() but does not exist
do=trace&at=once: ["__serialize","OPcache\\static_publish"]
1
do=trace&at=end: ["__serialize","OPcache\\{publication of static state}"]
