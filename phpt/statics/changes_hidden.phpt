--TEST--
Tracking sees what the engine's classes keep to themselves, scalars too, and runs no code of the script's for that
--EXTENSIONS--
static_cache
--FILE--
<?php
#[OPcache\VolatileStatic(0, OPcache\CacheStrategy::Tracking)]
class S { public static $value; }
class Queue extends SplPriorityQueue
{
    public function compare($one, $other): int { return $one <=> $other; }
    public function __debugInfo(): array { throw new Exception('asked'); }
}
class Unfinished extends DateTime { public function __construct() {} }
class Plain { public $a = 1; }
$list = fn(string $class) => function () use ($class) { $list = new $class(); $list[] = 1; $list[] = 2; return $list; };
$storage = function () { $storage = new SplObjectStorage(); $storage[$GLOBALS['key']] = 1; return $storage; };
$key = new Plain();
$cases = [
    'push' => [$list('SplDoublyLinkedList'), fn($l) => $l->push(2)], 'text' => [$list('SplQueue'), fn($l) => $l->enqueue('text')],
    'take' => [$list('SplQueue'), fn($l) => $l->dequeue()], 'set' => [$list('SplStack'), fn($l) => $l[0] = 7.5],
    'mode' => [$list('SplDoublyLinkedList'), fn($l) => $l->setIteratorMode(SplDoublyLinkedList::IT_MODE_DELETE)],
    'data' => [$storage, fn($s) => $s[$GLOBALS['key']] = 2], 'list' => [$storage, fn($s) => $s[$GLOBALS['key']] = [1]],
    'flags' => [fn() => new ArrayObject([1]), fn($a) => $a->setFlags(ArrayObject::ARRAY_AS_PROPS)],
    'class' => [fn() => new ArrayObject([1]), fn($a) => $a->setIteratorClass('RecursiveArrayIterator')],
    'element' => [fn() => new ArrayIterator([1]), fn($a) => $a[0] = 2],
    'extract' => [function () { $q = new SplPriorityQueue(); $q->insert(1, 2); return $q; }, fn($q) => $q->setExtractFlags(SplPriorityQueue::EXTR_BOTH)],
    'priority' => [function () { $q = new Queue(); $q->insert(1, 2); return $q; }, fn($q) => $q->insert(1, 3)],
    'engine' => [fn() => new Random\Engine\Mt19937(3), fn($e) => $e->generate()],
    'randomizer' => [fn() => new Random\Randomizer(new Random\Engine\Xoshiro256StarStar(3)), fn($r) => $r->getInt(1, 9)],
    'date' => [fn() => new DateTime('2020-01-01 UTC'), fn($d) => $d->modify('+1 second')],
    'fixed' => [fn() => SplFixedArray::fromArray([1, 2]), fn($f) => $f[1] = 3],
    'in arrays' => [fn() => [[1, [$list('SplQueue')()]]], fn($v) => $v[0][1][0][] = 3],
];
foreach ($cases as $name => [$make, $change]) {
    ob_start();
    S::$value = $make();
    OPcache\static_publish();
    $unchanged = OPcache\static_publish();
    $change(S::$value);
    $changed = OPcache\static_publish();
    ob_end_clean();
    if ([$unchanged, $changed] !== [0, 1]) {
        echo "$name: $unchanged, $changed\n";
    }
}
// What is not finished is no reason to end anything.
S::$value = null;
OPcache\static_publish();
S::$value = [1, [new Plain(), 'unfinished' => new Unfinished()]];
try { OPcache\static_publish(); } catch (OPcache\StaticCacheException $e) { echo "refused\n"; }
S::$value = new Plain();
var_dump(OPcache\static_publish());

if (PHP_VERSION_ID >= 80400) {
    $class = new ReflectionClass('Plain');
    // Behind a proxy, and in a lazy object that only an ArrayObject leads to.
    $proxy = $class->newLazyProxy(fn() => new Plain());
    $proxy->a;
    S::$value = $proxy;
    OPcache\static_publish();
    $proxy->a = 5;
    if (OPcache\static_publish() !== 1) echo "proxy\n";
    $lazy = $class->newLazyGhost(function () { echo "initialised\n"; }, ReflectionClass::SKIP_INITIALIZATION_ON_SERIALIZE);
    S::$value = @new ArrayObject($lazy);
    OPcache\static_publish();
    OPcache\static_publish();
    if (!$class->isUninitializedLazyObject($lazy)) echo "no longer lazy\n";
}
?>
--EXPECT--
refused
int(1)
