--TEST--
A fetch collects no garbage while its objects are being made: destructors would run that fetch others
--EXTENSIONS--
static_cache
--FILE--
<?php
enum Suit { case Hearts; case Spades; }
class Card {
    public Suit $suit = Suit::Hearts;
    public $n = [];
    public function __sleep() { return ['suit']; }
}
class Garbage {
    private $self;
    public static ?Closure $act;
    public function __construct() { $this->self = $this; }
    public function __destruct() {
        if (!$act = self::$act) return;
        self::$act = null;
        echo "destructors run in ", debug_backtrace()[1]['function'] ?? 'no function', "\n";
        $act();
    }
}
// Each fetch that follows has other classes to be known.
for ($i = 0; $i < 300; $i++) {
    eval("class Other$i { public \$x; }");
    OPcache\volatile_store("other$i", [new ("Other$i")(), 1]);
}
$value = [];
for ($i = 0; $i < 50; $i++) array_push($value, new Card(), new ("Other$i")());
$value[98]->suit = Suit::Spades;
OPcache\volatile_store('cards', $value);
unset($value);
gc_collect_cycles();
gc_disable();
Garbage::$act = function () {
    for ($i = 0; $i < 300; $i++) OPcache\volatile_fetch("other$i");
};
// As many as the collector waits for.
for ($i = 0; $i < 10_001; $i++) new Garbage();
gc_enable();
// A new card has another suit at first, which others have as well.
$value = OPcache\volatile_fetch('cards');
gc_collect_cycles();
foreach ($value as $i => $one) {
    $expected = $i % 2 ? 'Other' . intdiv($i, 2) : 'Card';
    if (get_class($one) !== $expected) echo "$i is a ", get_class($one), "\n";
}
echo $value[96]->suit->name, ' ', $value[98]->suit->name, ' ', json_encode($value[98]->n), "\n";
?>
--EXPECT--
destructors run in gc_collect_cycles
Hearts Spades []
