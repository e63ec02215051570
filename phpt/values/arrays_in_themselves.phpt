--TEST--
Arrays that hold themselves without a reference are after a fetch what they were, and garbage when nobody has them
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
class Has
{
    public $in = [1];
    public $other;
    function &in() { return $this->in; }
}
class Asked
{
    public function __construct(public $data) {}
    public function __serialize(): array { return ['d' => $this->data, 'w' => [$this->data]]; }
    public function __unserialize(array $data): void { $this->data = $data; }
}
function &alone() { static $v = ['a' => 1, 'k' => [1]]; return $v; }
// PHP copies the array, if it has to, before it looks up what the reference holds.
function itself($a) { $b = &$a; $a['self'] = $b; return $a; }
function between($levels)
{
    $a = ['first' => 'a'];
    $b = &$a;
    $at = &$a;
    for ($i = 0; $i < $levels; $i++) {
        $at['down'] = ['level' => $i];
        $at = &$at['down'];
    }
    $at['up'] = $b;
    return $a;
}
function several()
{
    $a = ['n' => 'a', 'b' => ['n' => 'b'], 'c' => ['n' => 'c', 'flat' => [1, 2, 3]]];
    $b = &$a;
    $a['b']['a'] = $b;
    $a['c']['a'] = $b;
    $a['again'] = $b;
    $a[] = $b['c'];
    return $a;
}
function behind($value)
{
    $a = ['x' => 1];
    $alone = &$a['in'];
    $alone = $value;
    unset($alone);
    return $a;
}
function by_alone() { $a = ['a' => 1, 'j' => 2]; $g = &$a['r']; $g = ['in', $a]; unset($g); return $a; }
function around_object($below) { $a = [$below, 'o' => new stdClass, $below]; $b = &$a; $a['o']->in = $b; return $a; }
function shared($value) { $r = 'r'; $value['one'] = &$r; $value['other'] = &$r; return itself($value); }
function below($value, $levels) { while ($levels--) $value = [$levels, $value]; return $value; }

$has = new Has;
$r = &$has->in();
$r['x'] = $has->in();
unset($r);
$mutual = new Has;
$r = &$mutual->in();
$r['o'] = $mutual;
$r['x'] = $mutual->in();
unset($r);
$r = &alone();
$r[1] = alone();
unset($r);
$itself = itself([1, 2]);
$values = [
    'packed' => (function () { $a = [1]; $b = &$a; $a[] = $b; return $a; })(),
    'hash' => itself(['k' => 'v', 'list' => [1, 2]]),
    'many' => itself(range(1, 100)),
    'holes' => (function () { $a = array_fill(0, 100, 'x'); for ($i = 0; $i < 97; $i++) unset($a[$i]); return itself(['k' => 1] + $a); })(),
    'static' => alone(),
    'one between' => between(1), 'ten between' => between(10),
    'several' => several(),
    'two' => [$itself, several(), $itself],
    'two, in each other' => itself([$itself, 'in' => ['x' => $itself]]),
    'far below' => below(several(), 50),
    'far below, twice' => [$deep = below($itself, 5), 'again' => $deep, $deep],
    'behind' => behind($itself), 'behind, twice' => [$behind = behind($itself), $behind],
    'behind, in itself' => itself(behind(several())),
    'by a reference of one holder' => by_alone(), 'that, in itself' => itself([by_alone(), 'x' => by_alone()]),
    'with references' => shared([1]), 'with references, below' => [shared([1]), [shared([2])]],
    'property' => $has, 'property, and the object' => $mutual, 'property, in an array' => [$mutual, $mutual->in],
    'object around' => around_object(by_alone()), 'object around, without any reference' => around_object($itself),
    'object' => itself(['o' => new ArrayObject([1])]), 'dynamic' => (object) ['a' => $itself, 'b' => several()],
];
function shape($value)
{
    $json = json_encode($value, JSON_PARTIAL_OUTPUT_ON_ERROR, 8192) . json_last_error_msg();
    $count = is_array($value) ? @count($value, COUNT_RECURSIVE) : 0;
    // PHP 8.4 serializes without end, or until the stack does.
    $text = PHP_VERSION_ID < 80400 ? serialize($value) : null;
    return [print_r($value, true), @var_export($value, true), $text, $json, $count];
}
function compare($name, $value, $got)
{
    if (shape($got) === shape($value)) return;
    foreach (shape($value) as $at => $wanted) {
        if ($wanted !== $is = shape($got)[$at]) echo "$name, $at: ", substr(var_export($wanted, true), 0, 300), ' is ', substr(var_export($is, true), 0, 300), "\n";
    }
}
foreach ($values as $name => $value) {
    OPcache\pinned_store($name, $value, throw_on_error: true);
    compare($name, $value, OPcache\pinned_fetch($name));
    OPcache\volatile_store($name, OPcache\pinned_fetch($name), throw_on_error: true);
    compare("$name, again", $value, OPcache\volatile_fetch($name));
    // Without the variables that hold it besides.
    OPcache\volatile_delete($name);
    compare("$name, remembered", $value, OPcache\volatile_remember($name, fn() => OPcache\pinned_fetch($name)));
    compare("$name, one of several", [$value, 2], OPcache\volatile_store_array(["x" => [$value, 2], "y" => 1]) ? OPcache\volatile_fetch('x') : null);
}
print_r(OPcache\pinned_fetch('packed'));

$asked = itself(['o' => new Asked([1]), 'p' => new Asked($itself)]);
OPcache\pinned_store('asked', $asked, throw_on_error: true);
$got = OPcache\pinned_fetch('asked');
compare('asked', ['d' => $itself, 'w' => [$itself]], $got['p']->data);
compare('asked, in itself', $got['p'], $got['self']['self']['p']);
$deep = below(several(), 3000);
OPcache\pinned_store('deep', $deep, throw_on_error: true);
var_dump(@count(OPcache\pinned_fetch('deep'), COUNT_RECURSIVE) === @count($deep, COUNT_RECURSIVE));
unset($deep, $asked);

// Whoever writes has a copy, as before.
foreach (['stored' => $values['several'], 'fetched' => OPcache\pinned_fetch('several')] as $name => $value) {
    $changed = $value;
    $changed['b']['a']['n'] = 'other';
    $changed['again'] = 1;
    echo "$name: ", $changed['n'], $changed['b']['a']['n'], $value['b']['a']['n'], $value['again']['b']['n'], "\n";
}
compare('written', $values['several'], OPcache\pinned_fetch('several'));
foreach (['stored' => by_alone(), 'fetched' => OPcache\pinned_fetch('by a reference of one holder')] as $name => $value) {
    $value['r'][1]['a'] = 'other';
    echo "$name: ", $value['a'], $value['r'][1]['a'], $value['r'][1]['r'][1]['a'], "\n";
}

// Nothing is left of what was fetched.
foreach (array_keys($values) as $name) {
    for ($i = 0; $i < 20; $i++) {
        if ($i === 10) $before = memory_get_usage();
        $got = OPcache\pinned_fetch($name);
        unset($got);
        if (gc_collect_cycles() === 0) echo "$name: nothing is collected\n";
    }
    if (memory_get_usage() > $before) echo "$name: ", memory_get_usage() - $before, " bytes are left\n";
}

// What cannot be stored is named where it is.
$refused = itself(['list' => [1, fn() => 1]]);
var_dump(OPcache\pinned_store('refused', $refused));
try {
    OPcache\pinned_store('refused', itself(['list' => [1, $refused]]), throw_on_error: true);
} catch (Throwable $e) {
    echo $e->getMessage(), "\n";
}
?>
--EXPECT--
Array
(
    [0] => 1
    [1] => Array
 *RECURSION*
)
bool(true)
stored: aotherab
fetched: aotherab
stored: 1other1
fetched: 1other1
bool(false)
pinned cache: $value['list'][1]['list'][1] cannot be stored: it is a Closure (key "refused")
