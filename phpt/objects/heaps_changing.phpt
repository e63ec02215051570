--TEST--
A heap that is being changed cannot be stored: the engine still shows elements that it has freed
--EXTENSIONS--
static_cache
--FILE--
<?php
class Heap extends SplMinHeap
{
    public static string $when = '';
    public static array $said = [];

    #[OPcache\VolatileStatic(strategy: OPcache\CacheStrategy::Tracking)]
    public static mixed $tracked = null;

    protected function compare(mixed $a, mixed $b): int
    {
        if (self::$when !== '') {
            look(self::$when, $this);
        }
        return strcmp($b[0], $a[0]);
    }
}

class Queue extends SplPriorityQueue
{
    public function compare(mixed $a, mixed $b): int
    {
        if (Heap::$when !== '') {
            look(Heap::$when, $this);
        }
        return $a <=> $b;
    }
}

function look(string $when, object $heap): void
{
    try {
        Heap::$said[$when]['store'] = OPcache\pinned_store('heap', [$heap], true);
    } catch (OPcache\StaticCacheException $e) {
        Heap::$said[$when][$e->getMessage()] = true;
    }
    Heap::$said[$when]['quietly'] = OPcache\volatile_store('heap', $heap);
    Heap::$tracked = $heap;
    try {
        Heap::$said[$when]['publish'] = OPcache\static_publish();
    } catch (OPcache\StaticCacheException $e) {
        Heap::$said[$when][$e->getMessage()] = true;
    }
}

foreach (['Heap', 'Queue'] as $class) {
    foreach (['next', 'extract', 'insert', 'foreach'] as $how) {
        $heap = new $class();
        for ($i = 0; $i < 7; ++$i) {
            $element = [str_repeat(chr(100 - $i), 20) . $i, [$i], new stdClass()];
            $class === 'Heap' ? $heap->insert($element) : $heap->insert($element, $i);
        }
        unset($element);
        Heap::$when = "$class, $how";
        for ($i = 0; $i < 4; ++$i) {
            match ($how) {
                'next' => $heap->next(),
                'extract' => $heap->extract(),
                'insert' => $class === 'Heap' ? $heap->insert([str_repeat('x', 20) . $i, [$i]]) : $heap->insert(["x$i"], 10 + $i),
                'foreach' => (function () use ($heap) { foreach ($heap as $_) { if (count($heap) < 4) break; } })(),
            };
        }
        Heap::$when = '';
        echo "$class, $how: ", json_encode(Heap::$said["$class, $how"] ?? null), "\n";
        // Afterwards it can.
        var_dump(OPcache\pinned_store('heap', $heap) && count(OPcache\pinned_fetch('heap')) === count($heap));
        Heap::$tracked = null;
    }
}
// Without a method of the heap: loops free elements, which have destructors, and compare by `__toString`.
final class Dying
{
    public function __destruct()
    {
        if (Heap::$when !== '') {
            look(Heap::$when, $GLOBALS['heap']);
        }
    }
}
final class Text
{
    public function __construct(private string $text) {}

    public function __toString(): string
    {
        if (Heap::$when !== '') {
            look(Heap::$when, $GLOBALS['heap']);
        }
        return $this->text;
    }
}
foreach (['foreach' => function ($heap) { foreach ($heap as $element) unset($element); }, 'iterator_to_array' => fn ($heap) => iterator_to_array($heap, false),
    // By way of something that iterates over it.
    'IteratorIterator' => function ($heap) { foreach (new IteratorIterator($heap) as $element) unset($element); },
    'LimitIterator' => fn ($heap) => iterator_count(new LimitIterator($heap, 0, 7)),
    'yield from' => function ($heap) { foreach ((function () use ($heap) { yield from $heap; })() as $element) unset($element); },
    'arguments' => fn ($heap) => (fn (...$all) => 0)(...$heap), 'array' => fn ($heap) => [...$heap],
] as $how => $loop) {
    foreach (['Dying', 'Text'] as $class) {
        $heap = new SplMinHeap();
        for ($i = 0; $i < 9; ++$i) {
            $heap->insert($class === 'Dying' ? [$i, new Dying(), str_repeat('x', $i)] : ($i % 2 ? new Text("text{$i}") : "text{$i}x"));
        }
        Heap::$when = "$how, $class";
        $loop($heap);
        Heap::$when = '';
        if ("$how, $class" === 'yield from, Dying' && PHP_VERSION_ID < ([802 => 80230, 803 => 80320, 804 => 80410][intdiv(PHP_VERSION_ID, 100)] ?? 0)) {
            // PHP itself does not say there that it changes the heap, so such a loop is taken for a change.
            Heap::$said["$how, $class"] = ['store' => true, 'quietly' => true, 'publish' => true];
        }
        echo "$how, $class: ", implode(' ', array_keys(array_filter(Heap::$said["$how, $class"] ?? []))), "\n";
    }
}
// What nobody changes can be stored, by whom ever.
class Noting extends SplMinHeap
{
    #[ReturnTypeWillChange]
    public function insert($value)
    {
        $done = parent::insert($value);
        OPcache\pinned_store('noting', $this, true);
        return $done;
    }
}
$noting = new Noting();
$noting->insert(2);
$noting->insert(1);
foreach ($noting as $element) {
    OPcache\pinned_store('noting', $noting, true);
    echo count(OPcache\pinned_fetch('noting')), ' ';
}
?>
--EXPECT--
Heap, next: {"pinned cache: $value[0] cannot be stored: it is a heap that is being changed at this moment (key \"heap\")":true,"quietly":false,"Heap::$tracked was not published: volatile cache: Heap::$tracked cannot be stored: it is a heap that is being changed at this moment":true}
bool(true)
Heap, extract: {"pinned cache: $value[0] cannot be stored: it is a heap that is being changed at this moment (key \"heap\")":true,"quietly":false,"Heap::$tracked was not published: volatile cache: Heap::$tracked cannot be stored: it is a heap that is being changed at this moment":true}
bool(true)
Heap, insert: {"pinned cache: $value[0] cannot be stored: it is a heap that is being changed at this moment (key \"heap\")":true,"quietly":false,"Heap::$tracked was not published: volatile cache: Heap::$tracked cannot be stored: it is a heap that is being changed at this moment":true}
bool(true)
Heap, foreach: {"pinned cache: $value[0] cannot be stored: it is a heap that is being changed at this moment (key \"heap\")":true,"quietly":false,"Heap::$tracked was not published: volatile cache: Heap::$tracked cannot be stored: it is a heap that is being changed at this moment":true}
bool(true)
Queue, next: {"pinned cache: $value[0] cannot be stored: it is a heap that is being changed at this moment (key \"heap\")":true,"quietly":false,"Heap::$tracked was not published: volatile cache: Heap::$tracked cannot be stored: it is a heap that is being changed at this moment":true}
bool(true)
Queue, extract: {"pinned cache: $value[0] cannot be stored: it is a heap that is being changed at this moment (key \"heap\")":true,"quietly":false,"Heap::$tracked was not published: volatile cache: Heap::$tracked cannot be stored: it is a heap that is being changed at this moment":true}
bool(true)
Queue, insert: {"pinned cache: $value[0] cannot be stored: it is a heap that is being changed at this moment (key \"heap\")":true,"quietly":false,"Heap::$tracked was not published: volatile cache: Heap::$tracked cannot be stored: it is a heap that is being changed at this moment":true}
bool(true)
Queue, foreach: {"pinned cache: $value[0] cannot be stored: it is a heap that is being changed at this moment (key \"heap\")":true,"quietly":false,"Heap::$tracked was not published: volatile cache: Heap::$tracked cannot be stored: it is a heap that is being changed at this moment":true}
bool(true)
foreach, Dying: pinned cache: $value[0] cannot be stored: it is a heap that is being changed at this moment (key "heap") Heap::$tracked was not published: volatile cache: Heap::$tracked cannot be stored: it is a heap that is being changed at this moment
foreach, Text: pinned cache: $value[0] cannot be stored: it is a heap that is being changed at this moment (key "heap") Heap::$tracked was not published: volatile cache: Heap::$tracked cannot be stored: it is a heap that is being changed at this moment
iterator_to_array, Dying: store quietly
iterator_to_array, Text: pinned cache: $value[0] cannot be stored: it is a heap that is being changed at this moment (key "heap") Heap::$tracked was not published: volatile cache: Heap::$tracked cannot be stored: it is a heap that is being changed at this moment
IteratorIterator, Dying: pinned cache: $value[0] cannot be stored: it is a heap that is being changed at this moment (key "heap") Heap::$tracked was not published: volatile cache: Heap::$tracked cannot be stored: it is a heap that is being changed at this moment
IteratorIterator, Text: pinned cache: $value[0] cannot be stored: it is a heap that is being changed at this moment (key "heap") Heap::$tracked was not published: volatile cache: Heap::$tracked cannot be stored: it is a heap that is being changed at this moment
LimitIterator, Dying: pinned cache: $value[0] cannot be stored: it is a heap that is being changed at this moment (key "heap") Heap::$tracked was not published: volatile cache: Heap::$tracked cannot be stored: it is a heap that is being changed at this moment
LimitIterator, Text: pinned cache: $value[0] cannot be stored: it is a heap that is being changed at this moment (key "heap") Heap::$tracked was not published: volatile cache: Heap::$tracked cannot be stored: it is a heap that is being changed at this moment
yield from, Dying: store quietly publish
yield from, Text: pinned cache: $value[0] cannot be stored: it is a heap that is being changed at this moment (key "heap") Heap::$tracked was not published: volatile cache: Heap::$tracked cannot be stored: it is a heap that is being changed at this moment
arguments, Dying: store quietly
arguments, Text: pinned cache: $value[0] cannot be stored: it is a heap that is being changed at this moment (key "heap") Heap::$tracked was not published: volatile cache: Heap::$tracked cannot be stored: it is a heap that is being changed at this moment
array, Dying: store quietly
array, Text: pinned cache: $value[0] cannot be stored: it is a heap that is being changed at this moment (key "heap") Heap::$tracked was not published: volatile cache: Heap::$tracked cannot be stored: it is a heap that is being changed at this moment
2 1 