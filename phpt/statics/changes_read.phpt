--TEST--
Tracking: reading changes nothing, by whatever function or reference, and what is changed after reading is seen
--EXTENSIONS--
static_cache
--FILE--
<?php
use OPcache\{VolatileStatic, CacheStrategy};
class Late extends DateTime { public $x = 1; public $y = [1]; }
class AO extends ArrayObject { public $x = 1; }
class N { public $v = 1; public ?int $t = 2; public $l = [1,['k'=>2]]; public $o; public $p; }
#[VolatileStatic(0, CacheStrategy::Tracking)] class T { public static $v; }
function mk() { $n = new N; $n->o = new N; $n->p = $n->o; return $n; }
$mk = [
 'di' => fn() => new DateInterval('P1D'), 'diff' => fn() => (new DateTime('2020-01-01'))->diff(new DateTime('2021-02-02')),
 'dp' => fn() => new DatePeriod(new DateTime('2020-01-01'), new DateInterval('P1D'), 2), 'fa' => fn() => SplFixedArray::fromArray([1,[2],new N]),
 'dt' => fn() => new Late('2020-01-01'), 'dti' => fn() => new DateTimeImmutable('2020-01-01'), 'tz' => fn() => new DateTimeZone('Europe/Paris'), 'ao' => fn() => new AO([1,'k'=>[3], 'o' => new N]), 'ai' => fn() => new ArrayIterator(['p'=>1]),
 'dll' => function () { $d = new SplDoublyLinkedList; $d[] = 1; return $d; }, 'sos' => function () { $s = new SplObjectStorage; $s[new N] = 'd'; return $s; },
 'pq' => function () { $p = new SplPriorityQueue; $p->insert('a', 1); return $p; }, 'heap' => function () { $p = new SplMinHeap; $p->insert(1); return $p; },
 'exception' => fn() => new RuntimeException('x', 1, new Exception('y')), 'n' => fn() => mk(), 'std' => fn() => (object) ['a' => 1, 'b' => (object) ['c' => [2]]],
 'rnd' => fn() => new Random\Randomizer(new Random\Engine\Mt19937(3)), 'arr' => fn() => [1, [2, new N], 'x' => 'y'], 'shared' => function () { $z = 5; return [&$z, &$z, 'n' => [&$z]]; },
];
$read = [
 'none' => fn($o) => 0, 'json' => fn($o) => json_encode($o, JSON_PARTIAL_OUTPUT_ON_ERROR), 'cast' => fn($o) => (array) $o, 'gov' => fn($o) => is_object($o) ? get_object_vars($o) : 0, 'mang' => fn($o) => is_object($o) ? get_mangled_object_vars($o) : 0,
 'vd' => function ($o) { ob_start(); var_dump($o); print_r($o); ob_end_clean(); }, 've' => function ($o) { @var_export($o, true); }, 'ser' => function ($o) { serialize($o); }, 'clone' => fn($o) => is_object($o) ? clone $o : 0, 'cmp' => fn($o) => $o == $o, 'fe' => function ($o) { if (is_iterable($o) && !$o instanceof DatePeriod && !$o instanceof SplHeap && !$o instanceof SplPriorityQueue) foreach ($o as $x); elseif (is_object($o) && !$o instanceof DatePeriod && !$o instanceof SplHeap && !$o instanceof SplPriorityQueue) foreach ($o as $k => $x); },
 'refl' => function ($o) { if (is_object($o)) foreach ((new ReflectionObject($o))->getProperties() as $p) if (!$p->isStatic() && $p->isInitialized($o)) $p->getValue($o); },
 'ref' => function ($o) { foreach (['x','y','v','t','l','a','d'] as $n) { if (is_object($o) && !($o instanceof DatePeriod) && property_exists($o, $n)) { $r =& $o->$n; unset($r); } } },
 'refheld' => function ($o) { static $keep = []; foreach (['x','y','v','t','l','a','d'] as $n) { if (is_object($o) && !($o instanceof DatePeriod) && !($o instanceof ArrayObject) && property_exists($o, $n)) { $r =& $o->$n; $keep[] = &$r; unset($r); } } },
 'gc' => fn($o) => gc_collect_cycles(),
 'feref' => function ($o) { if ($o instanceof N || $o instanceof stdClass) foreach ($o as $k => &$x); },
];
foreach ($mk as $name => $make) {
    foreach ($read as $how => $look) {
        T::$v = null;
        OPcache\static_publish();
        T::$v = $make();
        $said = OPcache\static_publish() . OPcache\static_publish();
        for ($i = 0; $i < 2; $i++) {
            try { $look(T::$v); } catch (Throwable) { /* Not everything can be cloned or serialized. */ }
        }
        $said .= OPcache\static_publish();
        if ($said !== "100") echo "$name, $how: $said\n";
    }
}
$change = [
    'di' => [fn($o) => $o->d++, fn($o) => $o->invert = 1, function ($o) { @$o->dynamic = 1; }, fn($o) => @$o->dynamic++],
    'diff' => [fn($o) => $o->y = 7],
    'fa' => [fn($o) => $o[0] = 7, fn($o) => $o[2]->v++, fn($o) => $o->setSize(2), function ($o) { @$o->dynamic = 1; }, fn($o) => @$o->dynamic++],
    'dt' => [fn($o) => $o->x++, fn($o) => $o->y[] = 1, fn($o) => $o->modify('+1 day')],
    'ao' => [fn($o) => $o->x++, fn($o) => $o['k'] = 1, fn($o) => $o['o']->v++],
    'dll' => [fn($o) => $o[] = 2], 'sos' => [function ($o) { foreach ($o as $key) $key->v++; }],
    'n' => [fn($o) => $o->v++, fn($o) => $o->l[1]['k']++, fn($o) => $o->o->v++, fn($o) => $o->p = clone $o->p, function ($o) { $o->v = $o->t; $o->t =& $o->v; }, function ($o) { $t = $o->t; unset($o->t); $o->t = $t; }],
    'std' => [fn($o) => $o->a++, fn($o) => $o->b->c[] = 1, function ($o) { unset($o->a); }, fn($o) => $o->new = 1],
    'shared' => [fn() => T::$v[0]++, function () { $n = T::$v[1]; unset(T::$v[1]); T::$v[1] = $n; }],
];
foreach ($change as $name => $changes) {
    foreach (['none', 'json', 'cast', 'ref', 'ser'] as $how) {
        T::$v = $mk[$name]();
        OPcache\static_publish();
        foreach ($changes as $number => $step) {
            $read[$how](T::$v);
            $step(T::$v);
            $read[$how](T::$v);
            $said = OPcache\static_publish() . OPcache\static_publish();
            if ($said !== "10") echo "$name, change $number after $how: $said\n";
        }
    }
}
echo "done\n";
?>
--EXPECT--
done
