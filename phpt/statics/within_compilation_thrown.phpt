--TEST--
An error handler that throws in the middle of a compilation: classes of the file have their state when that is done, and not before
--EXTENSIONS--
static_cache
--FILE--
<?php
require __DIR__ . '/../helpers/statics.inc';
$code = 'function wrong($optional = 1, $required) {}
#[OPcache\PinnedStatic] class State { public static int $count = 0; public static ?Thing $thing = null; }
class Last {}';
$folder = new Folder(['State.php' => "<?php $code"]);
$script = fn(string $compile) => '<?php
spl_autoload_register(function (string $class): void {
    $there = var_export(class_exists("Last", false), true);
    eval("class Thing { public \$v = 1; public function __wakeup(): void { \$this->v = \'Last was there: $there\'; } }");
});
set_error_handler(function (int $number, string $message): bool {
    isset($_GET["throw"]) and throw new ErrorException("thrown");
    return true;
});
try { ' . $compile . ' } catch (ErrorException $thrown) { echo $thrown->getMessage(), " "; }
if (isset($_GET["set"])) { State::$thing = new Thing(); }
if (isset($_GET["set"]) || isset($_GET["up"])) { State::$count++; }
echo State::$count, " ", State::$thing->v, "\n";
';
foreach (["include '$folder->path/State.php';", 'eval(' . var_export($code, true) . ');'] as $compile) {
    // OPcache calls no error handler for a file that it caches.
    $ini = str_starts_with($compile, 'include') ? ['opcache.enable' => '0'] : [];
    in_hosts($script($compile), each_of('set=1', 'throw=1', 'throw=1&up=1', ''), $ini);
}
?>
--EXPECT--
set=1: 1 1
throw=1: thrown 1 Last was there: true
throw=1&up=1: thrown 2 Last was there: true
: 2 Last was there: true
set=1: 1 1
throw=1: thrown 1 Last was there: true
throw=1&up=1: thrown 2 Last was there: true
: 2 Last was there: true
