--TEST--
Heaps and priority queues keep their elements, flags and order, and compare() is not called
--EXTENSIONS--
static_cache
--INI--
opcache.static_cache.volatile_size_mb=32
opcache.static_cache.pinned_size_mb=32
error_reporting=8191
--FILE--
<?php
class Own extends SplHeap
{
    public $calls = 0;
    public $label = 'own';

    protected function compare($a, $b): int
    {
        $this->calls++;
        return $a->rank <=> $b->rank;
    }
}
class Angry extends SplMinHeap
{
    public $angry = false;

    protected function compare($a, $b): int
    {
        return $this->angry ? throw new Exception('no') : parent::compare($a, $b);
    }
}
$min = new SplMinHeap;
$max = new SplMaxHeap;
foreach ([5, 3, 8, 1, 9, 2, 7] as $number) {
    $min->insert($number);
    $max->insert([$number, "n$number"]);
}
$own = new Own;
$shared = (object) ['rank' => 3];
foreach ([$shared, (object) ['rank' => 9], (object) ['rank' => 1]] as $object) {
    $own->insert($object);
}
$own->calls = 0;
$queue = new SplPriorityQueue;
$queue->setExtractFlags(SplPriorityQueue::EXTR_BOTH);
foreach (['a' => 1, 'b' => 9, 'c' => [4, 4], 'd' => 9.5] as $name => $priority) {
    $queue->insert($name, $priority);
}
$angry = new Angry;
$angry->insert(1);
$angry->insert(2);
$angry->angry = true;
try {
    $angry->insert(0);
} catch (Exception) {
}
$holder = new SplMinHeap;
$inner = new SplObjectStorage;
$inner[$shared] = 'in storage';
$holder->insert($inner);
OPcache\pinned_store('v', [$min, $max, $own, $queue, new SplMinHeap, $angry, $shared, $holder], true);
for ($round = 0; $round < 2; $round++) {
    [$min, $max, $own, $queue, $empty, $angry, $shared, $holder] = OPcache\pinned_fetch('v');
    echo implode(',', iterator_to_array($min, false)), ' ', json_encode(iterator_to_array($max, false)), "\n";
    echo $own->calls, $own->label, ' ', $own->top()->rank, ' ', count($own), ' ';
    $own->extract();
    var_dump($own->extract() === $shared, $holder->top()[$shared], count($empty));
    echo json_encode(iterator_to_array($queue, false)), ' ', $queue->getExtractFlags(), "\n";
    var_dump($angry->isCorrupted(), count($angry), $min->isCorrupted());
    $min->insert(4);
    $min->insert(2);
    echo $min->extract(), "\n";
}
?>
--EXPECT--
1,2,3,5,7,8,9 [[9,"n9"],[8,"n8"],[7,"n7"],[5,"n5"],[3,"n3"],[2,"n2"],[1,"n1"]]
0own 9 3 bool(true)
string(10) "in storage"
int(0)
[{"data":"c","priority":[4,4]},{"data":"d","priority":9.5},{"data":"b","priority":9},{"data":"a","priority":1}] 3
bool(true)
int(3)
bool(false)
2
1,2,3,5,7,8,9 [[9,"n9"],[8,"n8"],[7,"n7"],[5,"n5"],[3,"n3"],[2,"n2"],[1,"n1"]]
0own 9 3 bool(true)
string(10) "in storage"
int(0)
[{"data":"c","priority":[4,4]},{"data":"d","priority":9.5},{"data":"b","priority":9},{"data":"a","priority":1}] 3
bool(true)
int(3)
bool(false)
2
