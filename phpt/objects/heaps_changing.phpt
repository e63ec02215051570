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
?>
--EXPECT--
Heap, next: {"pinned cache: $value[0] cannot be stored: it is a heap that is being changed at this moment":true,"quietly":false,"Heap::$tracked was not published: volatile cache: Heap::$tracked cannot be stored: it is a heap that is being changed at this moment":true}
bool(true)
Heap, extract: {"pinned cache: $value[0] cannot be stored: it is a heap that is being changed at this moment":true,"quietly":false,"Heap::$tracked was not published: volatile cache: Heap::$tracked cannot be stored: it is a heap that is being changed at this moment":true}
bool(true)
Heap, insert: {"pinned cache: $value[0] cannot be stored: it is a heap that is being changed at this moment":true,"quietly":false,"Heap::$tracked was not published: volatile cache: Heap::$tracked cannot be stored: it is a heap that is being changed at this moment":true}
bool(true)
Heap, foreach: {"pinned cache: $value[0] cannot be stored: it is a heap that is being changed at this moment":true,"quietly":false,"Heap::$tracked was not published: volatile cache: Heap::$tracked cannot be stored: it is a heap that is being changed at this moment":true}
bool(true)
Queue, next: {"pinned cache: $value[0] cannot be stored: it is a heap that is being changed at this moment":true,"quietly":false,"Heap::$tracked was not published: volatile cache: Heap::$tracked cannot be stored: it is a heap that is being changed at this moment":true}
bool(true)
Queue, extract: {"pinned cache: $value[0] cannot be stored: it is a heap that is being changed at this moment":true,"quietly":false,"Heap::$tracked was not published: volatile cache: Heap::$tracked cannot be stored: it is a heap that is being changed at this moment":true}
bool(true)
Queue, insert: {"pinned cache: $value[0] cannot be stored: it is a heap that is being changed at this moment":true,"quietly":false,"Heap::$tracked was not published: volatile cache: Heap::$tracked cannot be stored: it is a heap that is being changed at this moment":true}
bool(true)
Queue, foreach: {"pinned cache: $value[0] cannot be stored: it is a heap that is being changed at this moment":true,"quietly":false,"Heap::$tracked was not published: volatile cache: Heap::$tracked cannot be stored: it is a heap that is being changed at this moment":true}
bool(true)
