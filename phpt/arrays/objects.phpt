--TEST--
An array of many values with objects is stored in time and memory that grow with their number only
--EXTENSIONS--
static_cache
--INI--
opcache.static_cache.volatile_size_mb=64
opcache.static_cache.pinned_size_mb=32
error_reporting=8191
--FILE--
<?php
require __DIR__ . '/../helpers/used.inc';

class Entity
{
    public $at;
    public function __construct(public $id)
    {
        $this->at = new DateTimeImmutable("@$id");
    }
}
/** Kilobytes that are the process's own. */
function anonymous(): int
{
    return preg_match('/^RssAnon:\s+(\d+)/m', file_get_contents('/proc/self/status'), $found) ? (int) $found[1] : 0;
}
function entities(int $number): array
{
    $values = [];
    for ($id = 0; $id < $number; $id++) {
        $values["k$id"] = new Entity($id);
    }
    return $values;
}
function best(array $values): float
{
    $best = INF;
    for ($run = 0; $run < 4; $run++) {
        $begin = used();
        OPcache\volatile_store_array($values, 0, true);
        $best = min($best, used() - $begin);
    }
    return $best;
}
[$few, $many] = [entities(4000), entities(16000)];
$before = anonymous();
// Four times as many: linear is 4, quadratic is 16. (The memory of the harvests stays with the process.)
$times = best($many) / best($few);
echo $times < 10 ? 'linear' : "$times times as long", "\n";
$each = (anonymous() - $before) / 16000;
// Under valgrind all memory is the C library's, with room around each piece.
echo $each < (getenv('STATIC_CACHE_VALGRIND') ? 6 : 3) ? 'little memory' : "$each KB for each", "\n";
var_dump(OPcache\volatile_fetch('k15999') == $many['k15999']);

// Methods that change other elements: those before are asked in another attempt, those behind in this one.
class Changes
{
    public function __serialize(): array
    {
        $GLOBALS['first'] = new Entity(1);
        $GLOBALS['last'] = new Entity(5);
        return [];
    }
    public function __unserialize(array $data): void {}
}
[$first, $last] = ['no object yet', 'none either'];
$values = ['first' => &$first, 'second' => new Entity(2), 'third' => new Changes, 'fourth' => new Entity(4), 'last' => &$last];
OPcache\volatile_store_array($values, 0, true);
$got = OPcache\volatile_fetch_array(array_keys($values));
var_dump($got == $values, $got['first']->id, $got['last']->at == $last->at);
?>
--EXPECT--
linear
little memory
bool(true)
bool(true)
int(1)
bool(true)
