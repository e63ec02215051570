--TEST--
Comparing statics collects no garbage: destructors would run while they are looked at
--EXTENSIONS--
static_cache
--INI--
opcache.static_cache.volatile_size_mb=64
--FILE--
<?php
class Item { public $x; }
#[OPcache\VolatileStatic(0, OPcache\CacheStrategy::Tracking)]
class State { static $list = null; static $other = null; static $n = 0; }
class Garbage {
    private $self;
    public static ?Closure $act;
    public function __construct() { $this->self = $this; }
    public function __destruct() {
        if (!$act = self::$act) return;
        self::$act = null;
        $in = array_values(array_filter(debug_backtrace(), fn($frame) => !isset($frame['class'])))[0]['function'] ?? 'no function';
        echo "  destructors run in $in\n";
        $act();
    }
}
function items(int $count): SplQueue {
    $queue = new SplQueue();
    for ($i = 0; $i < $count; $i++) $queue[] = new Item();
    return $queue;
}
function waste(Closure $act): void {
    gc_collect_cycles();
    Garbage::$act = $act;
    for ($i = 0; $i < 20; $i++) new Garbage();
    gc_enable();
}
// What the engine gives of it is let go of, and its items are held by the queue as well: more of them than the collector waits for.
$queue = items(12000);
// It waits for more once it has found nothing.
gc_disable();

echo "a new baseline:\n";
State::$list = ['a' => $queue, 'b' => [1, 2, 3], 'c' => str_repeat('z', 30)];
OPcache\static_publish();
waste(function () { State::$list = null; });
State::$list['d'] = 1;
OPcache\volatile_delete('State');
$more = [];
for ($i = 0; $i < 5000; $i++) $more[] = ["k$i" => [1, $i]];
State::$list = 5;
echo OPcache\static_publish(), "\n";
unset($more);
gc_collect_cycles();

echo "a comparison:\n";
gc_disable();
[State::$list, State::$other] = [$queue, [new ArrayObject([1, 2]), new Item()]];
OPcache\static_publish();
waste(function () {
    for ($i = 0; $i < 300; $i++) eval("#[OPcache\\PinnedStatic] class N$i { static \$a = 1; static \$b = []; static \$c; static \$d = 2; static \$e = 4; }");
    State::$list = State::$other = null;
});
echo OPcache\static_publish(), "\n";
$more = [];
for ($i = 0; $i < 5000; $i++) $more[] = new Item();
State::$n++;
echo OPcache\static_publish(), "\n";
unset($more);
gc_collect_cycles();
echo json_encode([State::$list, State::$n]), "\n";
?>
--EXPECT--
a new baseline:
1
  destructors run in gc_collect_cycles
a comparison:
0
  destructors run in OPcache\static_publish
1
[null,1]
