--TEST--
Arrays above objects, however many hold them and whichever way they are met first
--EXTENSIONS--
static_cache
--INI--
opcache.static_cache.volatile_size_mb=8
opcache.static_cache.pinned_size_mb=8
--FILE--
<?php
require __DIR__ . '/../differential/describe.inc';

#[AllowDynamicProperties]
final class Part
{
    public $next;
    protected array $list = [];
    public function __construct(mixed $next = null, array $list = [])
    {
        $this->next = $next;
        $this->list = $list;
    }
}
final class Named
{
    public function __construct(public mixed $data)
    {
    }
    public function __serialize(): array
    {
        return ['data' => $this->data, 'self' => $this];
    }
    public function __unserialize(array $data): void
    {
        $this->data = $data['data'];
    }
}

// Made at run time, so that they are counted.
$texts = array_map(fn(int $at) => "text $at", range(1, 12));
$part = new Part('shared', $texts);
$above = [$part, 'plain', $texts];
$deep = $part;
for ($level = 0; $level < 12; $level++) {
    $deep = ['level' => $level, 'below' => $deep, 'beside' => $texts];
}
$cycle = new Part();
$cycle->next = ['back' => $cycle, 'list' => [$above, [$cycle]]];
$dynamic = new Part(null, [$above]);
$dynamic->more = [$dynamic, $above];
$dynamic->{'7'} = $above;
$single = ['value' => new Part('behind a reference')];
$reference = &$single['value'];
unset($reference);
$tied = [$part, ['n' => 1]];
$tied[2] = &$tied[1]['n'];

$values = [
    'one object' => [new Part(1)],
    'an object many times' => [$part, [$part], [[$part]], 'key' => $part],
    'an array above an object twice' => [$above, $above],
    'the same, deeper' => ['x' => [$above], 'y' => ['z' => $above], 'texts' => $texts],
    'texts first, then objects' => [$texts, $texts, $part, $texts, [$texts, $part]],
    'a deep array twice' => [$deep, $deep],
    'a deep array and its part' => [$deep, $deep['below'], $deep['below']['below']['below']['below']['below']['below']],
    'an object that holds arrays above others' => new Part($above, $above),
    'cycle' => $cycle,
    'cycle in an array' => [[$cycle], $cycle, $above],
    'dynamic properties' => $dynamic,
    'behind a reference of its own' => $single,
    'behind a reference of its own, twice' => [$single, $single],
    'references and objects' => $tied,
    'a method that answers with itself' => [new Named($above), $above],
    'the same method twice' => new Part(new Named([new Named($part)]), [$part]),
    'nothing below' => [[], [[]], new Part(null, [])],
];
foreach ($values as $name => $value) {
    $expected = Describer::of(unserialize(serialize($value)));
    foreach (['volatile', 'pinned'] as $backend) {
        ("OPcache\\{$backend}_store")('k', $value, throw_on_error: true);
        for ($fetch = 0; $fetch < 2; $fetch++) {
            $fetched = ("OPcache\\{$backend}_fetch")('k');
            $description = Describer::of($fetched);
            if ($description !== $expected) {
                echo "$name, $backend:\n$description\nexpected:\n$expected\n";
            }
            // What is written to one fetch's arrays is not in another's.
            if (is_array($fetched) && is_array($fetched[0] ?? null)) {
                $fetched[0][] = 'mine';
            }
            unset($fetched);
            gc_collect_cycles();
        }
    }
}
echo count($values), " values\n";
?>
--EXPECT--
17 values
