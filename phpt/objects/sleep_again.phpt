--TEST--
What __sleep leaves out is not asked either when a method that was called later gives the object something new
--EXTENSIONS--
static_cache
--FILE--
<?php
class Part
{
    public function __construct(public string $name, public mixed $more = null) {}
    public function __sleep(): array { echo "asked $this->name\n"; return ['name', 'more']; }
}

#[AllowDynamicProperties]
class Holder
{
    public $first = 1;
    private $second = 2;
    protected $third = 3;
    public $left;
    public function __construct(private array $names) {}
    public function __sleep(): array { echo "asleep\n"; return $this->names; }
    public function __wakeup(): void { echo "awake\n"; }
    public function set(string $name, mixed $value): void { $this->$name = $value; }
}

eval('class Many extends Holder { ' . implode(' ', array_map(fn ($i) => "public \$p$i = $i;", range(0, 79))) . ' }');

/** Changes an object that was asked before. */
class Later
{
    public $name = 'later';
    private $change;
    public function __construct(Closure $change) { $this->change = $change; }
    public function __sleep(): array { $this->change && ($this->change)(); return ['name']; }
}

function store(string $title, Holder $holder, Closure $change): void
{
    echo "-- $title\n";
    try {
        OPcache\pinned_store('holder', [$holder, new Later($change)], true);
    } catch (OPcache\StaticCacheException $e) {
        echo $e->getMessage(), "\n";
        return;
    }
    foreach ((array) OPcache\pinned_fetch('holder')[0] as $name => $value) {
        echo is_int($value) || $value === null ? '' : strtr($name, "\0", ' ') . ': ' . json_encode($value) . "\n";
    }
}

$excluded = [
    'a closure' => fn () => 1,
    'a resource' => fopen('php://memory', 'r'),
    'an object with a method' => new Part('left out'),
    'one in arrays' => [[new Part('left out')], fn () => 1],
];
$lazy = fn () => (new ReflectionClass('Part'))->newLazyGhost(function () { echo "initialised\n"; });
$excluded['a lazy object'] = PHP_VERSION_ID >= 80400 ? $lazy() : null;
foreach ($excluded as $title => $value) {
    ob_start();
    foreach (['left', 'dynamic'] as $where) {
        foreach ([['first'], ['first', 'also']] as $names) {
            $holder = new Holder($names);
            $holder->$where = $value;
            $holder->also = 'chosen';
            store('it', $holder, fn () => $holder->first = new Part('new'));
        }
    }
    $new = "-- it\nasleep\nasked new\nawake\nfirst: {\"name\":\"new\",\"more\":null}\n";
    $said = str_replace([$new . "also: \"chosen\"\n", $new], ['new, chosen; ', 'new; '], ob_get_clean());
    echo "$title: $said\n";
}

$holder = new Holder(['third', 'first', 'second']);
$holder->left = fn () => 1;
store('in the order of the names', $holder, function () use ($holder) {
    foreach (['first', 'second', 'third', 'left'] as $name) {
        $holder->set($name, [new Part($name)]);
    }
});

$holder = new Holder(['dynamic', 'second']);
$holder->dynamic = [$inner = new stdClass()];
$holder->other = fn () => 1;
store('a dynamic one first', $holder, function () use ($holder, $inner) {
    $inner->part = new Part('within');
    $holder->set('second', new Part('second'));
    $holder->set('left', new Part('left out'));
});

$holder = new Many(['p79', 'p3', 'p70']);
$holder->p69 = fn () => 1;
store('among many', $holder, function () use ($holder) {
    foreach ([3, 4, 70, 71, 79] as $number) {
        $holder->{"p$number"} = new Part("p$number");
    }
});

$holder = new Holder(['third', 'second']);
$holder->left = fn () => 1;
store('a chosen one that cannot be stored', $holder, fn () => $holder->set('second', [new Part('new', fn () => 1)]));

$holder = new Holder(['dynamic', 'second']);
$holder->dynamic = [$inner = new stdClass()];
$holder->left = fn () => 1;
store('nor a dynamic one', $holder, fn () => $inner->part = new Part('new', fn () => 1));

$holder = new Holder(['first', 'second']);
$holder->left = fn () => 1;
$again = fn () => $holder->set('second', new Part('third walk'));
store('twice', $holder, fn () => $holder->first = new Later($again));
?>
--EXPECT--
a closure: new; new, chosen; new; new, chosen; 
a resource: new; new, chosen; new; new, chosen; 
an object with a method: new; new, chosen; new; new, chosen; 
one in arrays: new; new, chosen; new; new, chosen; 
a lazy object: new; new, chosen; new; new, chosen; 
-- in the order of the names
asleep
asked third
asked first
asked second
awake
first: [{"name":"first","more":null}]
 Holder second: [{"name":"second","more":null}]
 * third: [{"name":"third","more":null}]
-- a dynamic one first
asleep
asked within
asked second
awake
 Holder second: {"name":"second","more":null}
dynamic: [{"part":{"name":"within","more":null}}]
-- among many
asleep
asked p79
asked p3
asked p70
awake
p3: {"name":"p3","more":null}
p70: {"name":"p70","more":null}
p79: {"name":"p79","more":null}
-- a chosen one that cannot be stored
asleep
asked new
pinned cache: $value[0]->second[0]->more cannot be stored: it is a Closure (key "holder")
-- nor a dynamic one
asleep
asked new
pinned cache: $value[0]->dynamic[0]->part->more cannot be stored: it is a Closure (key "holder")
-- twice
asleep
asked third walk
awake
first: {"name":"later"}
 Holder second: {"name":"third walk","more":null}
