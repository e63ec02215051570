--TEST--
The path to what cannot be stored, through objects: properties by their names, elements of heaps by their order
--EXTENSIONS--
static_cache
--FILE--
<?php
class Sleeps
{
    private $x;
    public $y;
    public function __construct($x, $y = null) { [$this->x, $this->y] = [$x, $y]; }
    public function __sleep() { return ['x', 'y']; }
}
class SleepsAndMore extends Sleeps
{
    private $x = 1;
    public function __sleep() { return ["\0Sleeps\0x", 'y']; }
    public function __unserialize(array $data): void {}
}
class Unserializes
{
    public $x;
    protected $y;
    public function __construct($x, $y = null) { [$this->x, $this->y] = [$x, $y]; }
    public function __unserialize(array $data): void {}
}
class Serializes
{
    public function __construct(public $x) {}
    public function __serialize(): array { return ['data' => $this->x]; }
    public function __unserialize(array $data): void {}
}
$heap = new SplMinHeap;
$heap->insert([1, STDIN]);
$heap->insert([2, 2]);
$queue = new SplPriorityQueue;
for ($number = 0; $number < 4; $number++) {
    $queue->insert($number === 3 ? [$number, STDIN] : [$number], -$number);
}
$priorities = new SplPriorityQueue;
$priorities->insert('a', [1, [STDIN]]);
#[AllowDynamicProperties]
class Dynamic extends ArrayObject {}
$dynamic = new Dynamic([1]);
$dynamic->extra = [1, STDIN];
foreach ([
    $heap, [$queue], $priorities, $dynamic,
    new Sleeps(STDIN), new Sleeps(1, ['a' => STDIN]), new SleepsAndMore(STDIN), new SleepsAndMore(1, [2, STDIN]),
    ['u' => new Unserializes(['a' => STDIN])], new Unserializes(1, new Unserializes(2, STDIN)),
    new Serializes([1, new Unserializes(STDIN)]), [new Serializes(new Sleeps(new Serializes(STDIN)))],
] as $value) {
    try {
        OPcache\pinned_store('k', $value, true);
    } catch (OPcache\StaticCacheException $e) {
        echo $e->getMessage(), "\n";
    }
}
?>
--EXPECT--
pinned cache: $value[0][1] cannot be stored: it is a resource (key "k")
pinned cache: $value[0][3]['data'][1] cannot be stored: it is a resource (key "k")
pinned cache: $value[0]['priority'][1][0] cannot be stored: it is a resource (key "k")
pinned cache: $value->__serialize()[2]['extra'][1] cannot be stored: it is a resource (key "k")
pinned cache: $value->x cannot be stored: it is a resource (key "k")
pinned cache: $value->y['a'] cannot be stored: it is a resource (key "k")
pinned cache: $value->x cannot be stored: it is a resource (key "k")
pinned cache: $value->y[1] cannot be stored: it is a resource (key "k")
pinned cache: $value['u']->x['a'] cannot be stored: it is a resource (key "k")
pinned cache: $value->y->y cannot be stored: it is a resource (key "k")
pinned cache: $value->__serialize()['data'][1]->x cannot be stored: it is a resource (key "k")
pinned cache: $value[0]->__serialize()['data']->x->__serialize()['data'] cannot be stored: it is a resource (key "k")
