--TEST--
An array that holds itself by a reference that nobody else holds, with objects that have to be asked
--EXTENSIONS--
static_cache
--INI--
opcache.static_cache.volatile_size_mb=8
opcache.static_cache.pinned_size_mb=8
memory_limit=64M
--FILE--
<?php
// What never ends is to end by this, not by all of the machine's memory.
if (function_exists('posix_setrlimit')) {
    posix_setrlimit(POSIX_RLIMIT_AS, 8 << 30, 8 << 30);
}
class Asked
{
    public function __construct(public mixed $held = null) {}
    public function __serialize(): array { return [$this->held]; }
    public function __unserialize(array $data): void { [$this->held] = $data; }
}
class Sleeps
{
    public $held;
    public function __sleep(): array { return ['held']; }
}
class Itself
{
    public array $data = [];
    public function __serialize(): array
    {
        $data = ['object' => new stdClass];
        $data['self'] = &$data;
        return $data;
    }
    public function __unserialize(array $data): void { $this->data = $data; }
}
// serialize() writes null for the array within itself, so six levels are compared here.
function same(mixed $one, mixed $other, int $levels = 6): bool
{
    if (is_object($one)) {
        if (get_class($one) !== get_class($other)) {
            return false;
        }
        [$one, $other] = [(array) $one, (array) $other];
    }
    if (!is_array($one) || $levels === 0) {
        return is_array($one) || $one === $other;
    }
    foreach ($one as $key => $value) {
        if (!array_key_exists($key, $other) || !same($value, $other[$key], $levels - 1)) {
            return false;
        }
    }
    return array_keys($one) === array_keys($other);
}
function itself(): array
{
    $itself = new Itself;
    $itself->__unserialize($itself->__serialize());
    return [$itself];
}
function cyclic(mixed $object): array
{
    $array = ['object' => $object];
    $array['self'] = &$array;
    $array['last'] = [$object, 'text'];
    return $array;
}
// In the middle of a longer way, through another array.
function far(mixed $object): array
{
    $array = [['deep' => [1]], 'object' => $object];
    $array[0]['deep']['self'] = &$array;
    return $array;
}
$sleeps = new Sleeps;
$sleeps->held = cyclic($sleeps);
$values = [
    'date' => cyclic(new DateTime('2020-01-01')),
    'exception' => cyclic(new Exception('text')),
    'list' => cyclic(new ArrayObject([1])),
    'storage' => cyclic(new SplObjectStorage),
    'asked' => cyclic(new Asked),
    'asked, cyclic' => cyclic(new Asked(cyclic(new Asked))),
    'sleeps' => $sleeps,
    'itself' => [new Itself],
    'far' => far(new Asked),
    'far, twice' => [far(new Asked), far(new Sleeps)],
    'plain' => cyclic(new stdClass),
];
foreach ($values as $name => $value) {
    foreach (['volatile', 'pinned'] as $backend) {
        $stored = ("OPcache\\{$backend}_store")($name, $value, throw_on_error: true);
        $got = ("OPcache\\{$backend}_fetch")($name);
        if ($stored !== true || !same($got, $name === 'itself' ? itself() : $value)) {
            echo "$backend, $name: differs\n";
        }
    }
}
var_dump(OPcache\pinned_store_array($values, throw_on_error: true));
$got = OPcache\pinned_fetch('date');
$got['self']['self']['object']->modify('+1 day');
echo $got['object']->format('Y-m-d'), ' ', $got['last'][0]->format('Y-m-d'), "\n";
?>
--EXPECT--
bool(true)
2020-01-02 2020-01-02
