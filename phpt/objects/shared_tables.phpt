--TEST--
Objects that share their table of properties: what they hold is one and the same, and met once
--EXTENSIONS--
static_cache
--INI--
memory_limit=64M
--FILE--
<?php
#[AllowDynamicProperties]
class Open {}
class Own
{
    public function __construct(public $value = 1) {}
    public function __serialize(): array { return ['value' => $this->value, 'other' => new stdClass()]; }
    public function __unserialize(array $data): void { $this->value = $data['value']; }
}
function stored(mixed $value): mixed
{
    OPcache\pinned_store('k', $value, true);
    return OPcache\pinned_fetch('k');
}
function filled(object $object, mixed $part): object
{
    $object->part = $part;
    $object->list = [[1, 2, 3], ['deep' => new stdClass()]];
    return $object;
}
$objects = [
    'stdClass' => filled(new stdClass(), new stdClass()), 'dynamic' => filled(new Open(), new stdClass()),
    'json' => json_decode('{"part": {"b": 1}, "list": [1, {"deep": {}}]}'), 'methods' => filled(new stdClass(), new Own(7)),
];
$objects['json']->list[1] = ['deep' => $objects['json']->list[1]->deep];
foreach ($objects as $name => $object) {
    [$first, $second] = stored([$object, clone $object]);
    var_dump($first !== $second && $first->part === $second->part && $first->list[1]['deep'] === $second->list[1]['deep'], $first == $object);
    // In one order and in the other, with arrays that are the same table.
    foreach ([[$object, (array) $object], [(array) $object, $object], [[[(array) $object]], $object]] as $pair) {
        $got = stored($pair);
        $array = $got[0] instanceof stdClass || $got[0] instanceof Open ? $got[1] : $got[0];
        $array = isset($array[0][0]) ? $array[0][0] : $array;
        $got = is_object($got[0]) ? $got[0] : $got[1];
        var_dump($array['part'] === $got->part && $array['list'][1]['deep'] === $got->list[1]['deep']);
    }
    $got->part = 'changed';
    var_dump($object->part !== 'changed' && stored($object)->part !== 'changed');
}
$array = ['part' => new stdClass(), 'x' => 1];
$array['x'] = 2;
$got = stored([$array, (object) $array]);
var_dump($got[0]['part'] === $got[1]->part);

// A cycle through the table.
$object = new stdClass();
$object->self = $object;
$copy = clone $object;
unset($object);
$got = stored($copy);
var_dump($got->self->self === $got->self, $got !== $got->self);

// Many copies of an object are not many of what it holds.
$object = new stdClass();
$object->list = range(1, 10_000);
$object->texts = array_map(fn(int $at) => ["text $at"], range(1, 500));
$object->part = new stdClass();
$before = OPcache\pinned_cache_info()->used_memory;
$got = stored(array_map(fn() => clone $object, range(1, 50)));
var_dump(OPcache\pinned_cache_info()->used_memory - $before < 1_000_000, $got[0]->part === $got[49]->part, $got[7] == $object);
?>
--EXPECT--
bool(true)
bool(true)
bool(true)
bool(true)
bool(true)
bool(true)
bool(true)
bool(true)
bool(true)
bool(true)
bool(true)
bool(true)
bool(true)
bool(true)
bool(true)
bool(true)
bool(true)
bool(true)
bool(true)
bool(true)
bool(true)
bool(true)
bool(true)
bool(true)
bool(true)
bool(true)
bool(true)
bool(true)
bool(true)
bool(true)
