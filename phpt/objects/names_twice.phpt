--TEST--
Data of __serialize() that name a typed property twice: a reference that the property no longer has is as free as before
--EXTENSIONS--
static_cache
--FILE--
<?php
class Named
{
    public $kept;
    public int $number = 1;
    protected ?int $hidden = 1;
    private array $data;
    public function __construct(array $data) { $this->data = $data; }
    public function __serialize(): array { return $this->data; }
    public function number(): mixed { return $this->number; }
    public function hidden(): mixed { return $this->hidden; }
}
$first = 5;
$second = 6;
$cases = [
    'once' => ['kept' => &$first, 'number' => &$first],
    'a value' => ['kept' => &$first, 'number' => &$first, "\0*\0number" => 7],
    'a value before' => ['kept' => &$first, 'number' => 7, "\0*\0number" => &$first],
    'another reference' => ['kept' => &$first, 'number' => &$first, "\0*\0number" => &$second, 'other' => &$second],
    'the same reference' => ['kept' => &$first, 'number' => &$first, "\0*\0number" => &$first],
    'three times' => ['kept' => &$first, 'number' => &$first, "\0*\0number" => &$second, "\0Named\0number" => 8],
    'protected' => ['kept' => &$first, 'hidden' => &$first, "\0*\0hidden" => null],
    'of two properties' => ['kept' => &$first, 'hidden' => &$first, 'number' => &$first, "\0*\0hidden" => null],
];
function shown(callable $value): string
{
    $value = @$value();
    $said = [];
    $kept = new ReflectionProperty(Named::class, 'kept');
    foreach ([null, 'text', [1], 12] as $written) {
        try {
            // By reflection: with PHP 8.4's tracing JIT an assignment's TypeError may not be caught where it is.
            $kept->setValue($value, $written);
            $said[] = 'written';
        } catch (TypeError $e) {
            $said[] = $e->getMessage();
        }
        $said[] = var_export([$value->kept, $value->number(), $value->hidden()], true);
    }
    $reference = &$value->kept;
    unset($value, $e);
    $reference = 'free';
    return implode("\n", [...$said, $reference]);
}
foreach ($cases as $what => $data) {
    $native = shown(fn() => unserialize(serialize(new Named($data))));
    OPcache\volatile_store('v', new Named($data), 0, true);
    foreach ([1, 2] as $time) {
        $got = shown(fn() => OPcache\volatile_fetch('v'));
        echo $what, ': ', $got === $native ? 'as unserialize()' : "$got\nbut\n$native", "\n";
    }
}
?>
--EXPECT--
once: as unserialize()
once: as unserialize()
a value: as unserialize()
a value: as unserialize()
a value before: as unserialize()
a value before: as unserialize()
another reference: as unserialize()
another reference: as unserialize()
the same reference: as unserialize()
the same reference: as unserialize()
three times: as unserialize()
three times: as unserialize()
protected: as unserialize()
protected: as unserialize()
of two properties: as unserialize()
of two properties: as unserialize()
