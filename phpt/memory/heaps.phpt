--TEST--
A memory limit in the middle of filling a heap is the usual fatal error and nothing besides
--EXTENSIONS--
static_cache
--INI--
opcache.static_cache.volatile_size_mb=64
opcache.static_cache.pinned_size_mb=32
error_reporting=8191
--FILE--
<?php
require __DIR__ . '/../helpers/server.inc';
$server = new Server(<<<'CODE'
<?php
class H extends SplMinHeap
{
    public $x = 1;
    public function __destruct() { echo "destructor\n"; }
}
class Q extends SplPriorityQueue
{
    public function __destruct() { echo "destructor\n"; }
}
ini_set('html_errors', '0');
set_error_handler(function (int $level, string $message) {
    echo "handler: $message\n";
});
register_shutdown_function(function () {
    echo "shut down\n";
});
if ($_GET['do'] === 'store') {
    [$heap, $queue] = [new H, new Q];
    for ($number = 0; $number < 300_000; $number++) {
        $heap->insert($number);
        $queue->insert($number, -$number);
    }
    OPcache\volatile_store('heap', $heap, 0, true);
    OPcache\volatile_store('queue', $queue, 0, true);
    exit;
}
if ($_GET['do'] === 'count') {
    foreach (['heap', 'queue'] as $key) {
        $got = OPcache\volatile_fetch($key);
        echo count($got), ' ', $got->top(), ' ', $got->isCorrupted() ? 'corrupted' : 'sound', "\n";
    }
    exit;
}
// Some PHPs kill a process that passes its limit by half at once.
$ballast = str_repeat('x', 32 << 20);
ini_set('memory_limit', (string) (memory_get_usage(true) + 4 * 1024 * 1024));
OPcache\volatile_fetch($_GET['do']);
echo "not reached\n";
CODE);
foreach (['store', 'heap', 'queue', 'count'] as $do) {
    echo "$do:\n", preg_replace(['/ of \d+ .*/', '/^\n/m'], '', $server->get("?do=$do"));
}
?>
--EXPECT--
store:
shut down
destructor
destructor
heap:
Fatal error: Allowed memory size
shut down
queue:
Fatal error: Allowed memory size
shut down
count:
300000 0 sound
destructor
300000 0 sound
shut down
destructor
