--TEST--
Names of properties that unserialize() refuses from a class with __serialize() only: a miss, and nothing that a hook hides
--EXTENSIONS--
static_cache
--INI--
opcache.static_cache.volatile_size_mb=32
opcache.static_cache.pinned_size_mb=32
error_reporting=8191
--FILE--
<?php
#[AllowDynamicProperties]
class Named
{
    public $a = 1;
    private $b = 2;
    public static $static = 3;
    public function __construct(private array $data = []) {}
    public function __serialize(): array { return $this->data; }
}
#[AllowDynamicProperties]
class Bare
{
    public function __serialize(): array { return $GLOBALS['bare']; }
}
$cases = [
    'declared' => new Named(['a' => 5, "\0Named\0b" => 6]),
    'another visibility' => new Named(["\0*\0a" => 5, 'b' => 6]),
    'dynamic' => new Named(['c' => 5, '' => 6, 7 => 8]),
    "another class's" => new Named(["\0Other\0b" => 5]),
    'a NUL' => new Named(['a' => 7, "\0" => 5]),
    'half a name' => new Named(["\0*" => 5]),
    'without an end' => new Named(["\0Named" => 5]),
];
if (PHP_VERSION_ID >= 80400) {
    eval(<<<'CODE'
    #[AllowDynamicProperties]
    class Hooked extends Named
    {
        public int $virtual { get => 5; }
        public int $backed = 6 { get => $this->backed; }
    }
    class HookedFurther extends Hooked { public int $virtual { get => 7; } }
    CODE);
    $cases['backed'] = new Hooked(['backed' => 7]);
    $cases['virtual'] = new Hooked(['a' => 2, 'virtual' => 7]);
    $cases['virtual, inherited'] = new HookedFurther(["\0*\0virtual" => 7]);
} else {
    $cases['backed'] = $cases['declared'];
    $cases['virtual'] = $cases['a NUL'];
    $cases['virtual, inherited'] = $cases['a NUL'];
}
$show = fn($value) => $value === false ? 'refused' : preg_replace('/#\d+/', '#', print_r($value, true));
foreach ($cases as $what => $object) {
    $native = @unserialize(serialize($object));
    OPcache\volatile_store('v', $object, 0, true);
    $got = @OPcache\volatile_fetch('v', false);
    echo $what, ': ', $show($got) === $show($native) ? ($native ? 'as unserialize()' : 'refused') : $show($got) . 'but ' . $show($native), "\n";
}
// A class without properties takes any name.
$bare = ["\0" => 1];
OPcache\volatile_store('v', new Bare, 0, true);
var_dump((array) OPcache\volatile_fetch('v') === (array) unserialize(serialize(new Bare)));
?>
--EXPECT--
declared: as unserialize()
another visibility: as unserialize()
dynamic: as unserialize()
another class's: as unserialize()
a NUL: refused
half a name: refused
without an end: refused
backed: as unserialize()
virtual: refused
virtual, inherited: refused
bool(true)
