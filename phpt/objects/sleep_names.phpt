--TEST--
What __sleep names is what serialize() takes: declared properties in sight or not, dynamic ones, twice, without a value, and in whatever order
--EXTENSIONS--
static_cache
--FILE--
<?php
$said = [];
set_error_handler(function (int $level, string $message) use (&$said): bool {
    $said[] = $level . preg_replace('/^[\w\\\\]+\(\): /', '', $message);
    return true;
});

class Part
{
    public function __construct(public string $name, public mixed $more = null) {}
    public function __serialize(): array { $GLOBALS['said'][] = "asked $this->name"; return ['name' => $this->name, 'more' => $this->more]; }
    public function __unserialize(array $data): void { ['name' => $this->name, 'more' => $this->more] = $data; }
}

class Base
{
    private $x = 'private of Base';
    private $hidden = 'hidden';
    protected $shared = 'shared';
    public $open = 'open';
    public ?array $typed;
    public $names = [];
}

#[AllowDynamicProperties]
class Sleeper extends Base
{
    private $x = 'private of Sleeper';
    protected $guarded = ['in' => [1, 'b']];
    public $late;
    public $open = 'open of Sleeper';

    public function __sleep(): array { $GLOBALS['said'][] = 'asleep'; return $this->names; }
    public function __wakeup(): void { $GLOBALS['said'][] = 'awake'; }
    public function drop(string $name): void { unset($this->$name); }
    public function set(string $name, mixed $value): void { $this->$name = $value; }
}

/** Its data goes to __unserialize(). */
final class Told extends Sleeper
{
    public function __unserialize(array $data): void { $GLOBALS['said'][] = array_keys($data); $this->late = $data; }
}

eval('class Many extends Sleeper { ' . implode(' ', array_map(fn ($i) => "public \$p$i = $i;", range(0, 99))) . ' }');

$shown = fn (object $object): string => print_r($object, true);
$changes = [
    'as it is' => fn () => null,
    'with a table' => fn ($o) => (array) $o ?: null,
    'shown' => fn ($o) => print_r($o, true),
    'dynamic' => fn ($o) => $o->set('more', ['dynamic']),
    'unset' => fn ($o) => $o->drop('late'),
    'set again' => function ($o) { $o->drop('guarded'); $o->set('guarded', 'again'); },
    'objects' => function ($o) { $o->set('late', new Part('late')); $o->set('guarded', [[new Part('guarded', [new Part('within')])]]); },
    'one array twice' => function ($o) { $array = [['a' => range(1, 3)], 'b']; $o->set('late', [$array, $array]); $o->set('guarded', $array); },
    'large arrays' => function ($o) { $o->set('late', array_fill(0, 100, ['a'])); $o->set('guarded', [[[[[[new Part('deep')]]]]]]); },
    'references' => function ($o) { $v = 'tied'; foreach (['late', 'open', 'guarded'] as $name) { $f = function () use ($name, &$v) { $this->$name = &$v; }; $f->call($o); } },
    'itself' => function ($o) { $o->set('late', [$o]); },
];
$choices = [
    [], ['x'], ['open', 'shared', 'guarded', 'x', 'late'], ['late', 'x', 'guarded', 'shared', 'open'], ["\0Base\0x", 'x'],
    ["\0*\0shared"], ["\0Sleeper\0x"], ["\0Base\0hidden"], ['hidden'], ['nothing'], ['x', 'x'], ['open', 'open', 'late'], ['typed', 'open'],
    ['late', 'names'], ['more', 'late'], ['more'], [3 => 'open', 'k' => 'late'], ['', 'open'], [1, 'open'], [null, 'late'], ['guarded', 'late'],
    ['late', 'guarded'], ['open ', 'ope', 'openn', '*', 'X'],
];
$choices[] = array_map(fn (int $i): string => "p$i", [99, 3, 64, 63, 0, 65]);
$choices[] = [...array_map(fn (int $i): string => "p$i", range(99, 0)), 'open', 'guarded'];
$choices[] = array_map(fn (int $i): string => "p$i", range(40, 99));

$count = 0;
foreach (['Sleeper', 'Told', 'Many'] as $class) {
    foreach ($changes as $change => $apply) {
        foreach ($choices as $choice) {
            $make = function () use ($class, $apply, $choice): object {
                $object = new $class();
                $apply($object);
                $object->names = $choice;
                return $object;
            };
            [$said, $object] = [[], $make()];
            $text = serialize($object);
            $result = $shown(unserialize($text));
            $expected = [$said, $result, $shown($object)];
            [$said, $object] = [[], $make()];
            $stored = OPcache\pinned_store('sleeper', $object, true);
            $fetched = OPcache\pinned_fetch('sleeper');
            $told = $said;
            $actual = [$told, $shown($fetched), $shown($object)];
            if (!$stored || $actual !== $expected) {
                echo "$class, $change, ", json_encode($choice), ":\n";
                var_dump($expected, $actual);
                exit;
            }
            ++$count;
        }
    }
}
echo "$count alike\n";

final class Plain
{
    public $data = ['a' => [1, 2], 'b' => 'c'];
    private $name = 'a name';
    public $left = 'out';
    public function __sleep(): array { return ['data', 'name']; }
}
// The engine would make it for a look at properties by their names, and keep it for as long as the object.
$objects = array_map(fn () => new Plain(), range(1, 50));
OPcache\pinned_store('plain', $objects[0]);
$before = memory_get_usage();
foreach ($objects as $object) {
    OPcache\pinned_store('plain', $object);
}
echo memory_get_usage() - $before < 50 * 56 ? "no tables of properties were made\n" : "tables of properties were made\n";
?>
--EXPECT--
858 alike
no tables of properties were made
