--TEST--
Objects of internal classes that only functions in C can write and read, as those of Ds
--EXTENSIONS--
ds
static_cache
--SKIPIF--
<?php if (!function_exists('pcntl_fork')) die('skip needs pcntl'); ?>
--INI--
opcache.static_cache.volatile_size_mb=8
opcache.static_cache.pinned_size_mb=8
opcache.static_cache.enable_cli=1
--FILE--
<?php
use function OPcache\{pinned_fetch, pinned_store, static_quiesce, volatile_fetch, volatile_store};

class Plain
{
    public function __construct(public mixed $held) {}
}
class Wakes extends Plain
{
    public function __wakeup(): void { echo "(wakeup)"; }
}
class Throws
{
    public function __construct(private bool $at_store) {}
    public function __serialize(): array { return $this->at_store ? throw new RuntimeException('at store') : []; }
    public function __unserialize(array $data): void { throw new RuntimeException('at fetch'); }
}
/** Keeps others busy while the object around it is being read. */
class Meanwhile
{
    public ?int $seen = null;
    public function __unserialize(array $data): void
    {
        volatile_store('meanwhile', 'another');
        static_quiesce();
        gc_collect_cycles();
        if (Fiber::getCurrent()) Fiber::suspend();
        $this->seen = 7;
    }
}
function says(callable $what): string
{
    try {
        return json_encode($what());
    } catch (Throwable $e) {
        return get_class($e) . ': ' . $e->getMessage();
    }
}

echo "content: ";
$queue = new Ds\PriorityQueue;
$queue->push('low', 1);
$queue->push('high', 2);
$all = [
    new Ds\Vector([1, 'two', [3.5, null], new Plain([1])]), new Ds\Map(['a' => 1, 'b' => [true]]), new Ds\Set(range(1, 20)),
    new Ds\Pair('key', 'value'), new Ds\Stack([1, 2]), new Ds\Queue([1, 2]), new Ds\Deque([]), $queue, new Ds\Vector,
];
foreach ($all as $object) {
    volatile_store('k', $object);
    pinned_store('k', [[$object]]);
    $fetched = volatile_fetch('k');
    echo $fetched == $object && $fetched !== $object && get_class($fetched) === get_class($object) ? '=' : '!';
    echo serialize(pinned_fetch('k')) === serialize([[$object]]) ? '=' : '!';
}

echo "\nidentity: ";
$vector = new Ds\Vector([1]);
$holder = new Plain(new Ds\Map(['inner' => $vector]));
$value = [$vector, $vector, 'holder' => $holder, 'date' => new DateTime('2024-05-06'), 'plain' => new Wakes([$vector])];
$value['reference'] = &$value[0];
for ($i = 0; $i < 3; $i++) {
    pinned_store('k', $value);
    $fetched = pinned_fetch('k');
    var_dump($fetched[0] === $fetched[1] && $fetched['plain']->held[0] === $fetched[1] && $fetched['holder']->held['inner'] == $vector);
    $fetched[1]->push('mine');
    $fetched['reference'] = 'assigned';
    echo $fetched[0], ' ', count($fetched['plain']->held[0]), ' ', count(pinned_fetch('k')[1]), ' ', count($vector), "\n";
}

echo "meanwhile: ";
$value = [new DateTime('2024-01-01'), new Ds\Vector([1, new Meanwhile]), 'many' => array_fill(0, 100, [new Plain(1)])];
$value['again'] = $value[1];
$look = function () {
    $fetched = volatile_fetch('meanwhile');
    return [$fetched[1][1]->seen, $fetched['again'] === $fetched[1], count($fetched['many']), $fetched[0]->format('Y')];
};
for ($i = 0; $i < 3; $i++) {
    volatile_store('meanwhile', $value);
    echo says($look), ' ';
}
foreach ([true, false] as $goes_on) {
    volatile_store('meanwhile', $value);
    $fiber = new Fiber(fn() => print(says($look) . "\n"));
    $fiber->start();
    for ($i = 0; $i < 10; $i++) volatile_store('meanwhile', str_repeat('x', 5000 + $i));
    if ($goes_on) $fiber->resume();
    unset($fiber);
}

echo "classes: ";
enum Suit { case Hearts; }
$value = [new Ds\Vector([new Ds\Map(['O:5:"Never":0:{}' => [Suit::Hearts, new Plain('s:3:"')]])])];
volatile_store('k', $value);
$fetched = volatile_fetch('k');
echo json_encode([$fetched == $value, $fetched[0][0]->first()->value[0] === Suit::Hearts]);
// What is in there is of the same class in the second process, of another in the third, and of none here.
foreach (['$a = 1', '$a', '$b'] as $property) {
    $process = pcntl_fork();
    if (!$process) {
        eval("class Elsewhere { public $property; }");
        if ($property === '$a = 1') volatile_store('elsewhere', [new Ds\Vector([1, new Elsewhere])]);
        if ($property !== '$b') volatile_store('other', [new Ds\Vector([1, new Elsewhere])]);
        echo ' ', json_encode(volatile_fetch('elsewhere')), flush();
        exit;
    }
    pcntl_waitpid($process, $status);
}
echo ' ', json_encode(volatile_fetch('other')), ' ', json_encode(OPcache\volatile_exists('other')), "\n";

// PHP's own serialize() dies of some of these: Ds writes to where nothing is if what is written first throws.
echo "refused:\n";
foreach ([
    new Ds\Vector([fn() => 1]), new Ds\Vector([1, [STDOUT]]), new Ds\Map(['k' => new Wakes(new Ds\Set([new ReflectionClass('Plain')]))]),
    new Ds\Vector([1, new Throws(true)]), new Ds\Vector([new Throws(true)]), new Ds\Vector([[new Ds\Set([new Ds\Pair(new Throws(true), 1)])]]),
    new Ds\Vector([new Throws(false)]), [new Wakes(1), new Ds\Vector([new Wakes(2)]), new Ds\Vector([new Throws(false)])],
] as $object) {
    volatile_store('refused', 'before');
    echo says(fn() => volatile_store('refused', ['a' => $object], 0, true)), ', ', says(fn() => volatile_fetch('refused')), "\n";
}
$vector = new Ds\Vector([1]);
$vector->push(new Plain($vector));
echo says(fn() => unserialize(serialize($vector))), ', ', says(fn() => volatile_store('k', $vector)), ', ', says(fn() => volatile_fetch('k')), "\n";
?>
--EXPECT--
content: ==================
identity: (wakeup)bool(true)
assigned 2 (wakeup)1 1
(wakeup)bool(true)
assigned 2 (wakeup)1 1
(wakeup)bool(true)
assigned 2 (wakeup)1 1
meanwhile: [7,true,100,"2024"] [7,true,100,"2024"] [7,true,100,"2024"] [7,true,100,"2024"]
classes: [true,true] [[1,{"a":1}]] [[1,{"a":1}]] null null false
refused:
OPcache\StaticCacheException: volatile cache: $value['a'] cannot be stored: it is an object of class Ds\Vector with a part that cannot be: it is a Closure (key "refused"), "before"
OPcache\StaticCacheException: volatile cache: $value['a'] cannot be stored: it is an object of class Ds\Vector with a part that cannot be: it is a resource (key "refused"), "before"
OPcache\StaticCacheException: volatile cache: $value['a'] cannot be stored: it is an object of class Ds\Map with a part that cannot be: it is an object of class ReflectionClass, which cannot be serialized (key "refused"), "before"
RuntimeException: at store, "before"
RuntimeException: at store, "before"
RuntimeException: at store, "before"
true, RuntimeException: at fetch
true, (wakeup)RuntimeException: at fetch
Error: Failed to unserialize data, true, Error: Failed to unserialize data
