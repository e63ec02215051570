--TEST--
Objects: visibility, readonly, types, enums, identity, cycles, references; each fetch has its own
--EXTENSIONS--
static_cache
--INI--
opcache.static_cache.volatile_size_mb=32
opcache.static_cache.pinned_size_mb=32
error_reporting=8191
--FILE--
<?php
enum Suit: string { case Hearts = 'h'; case Spades = 's'; }
class Base { private $x = 'base'; protected array $list = [1]; public function __construct(public readonly int $id = 0) {} public function base() { return $this->x; } }
final class Child extends Base { private $x = 'child'; public ?self $other = null; public int $never; public Suit $suit = Suit::Hearts; public function own() { return $this->x; } }
$a = new Child(7);
$a->other = new Child(8);
$a->other->other = $a;
$a->suit = Suit::Spades;
$value = ['a' => $a, 'again' => [$a, $a->other], 'plain' => ['text', [1, 2.5, null, true]], 'std' => (object) ['0' => 'zero', 'self' => null]];
$value['std']->self = $value['std'];
foreach (['volatile', 'pinned'] as $backend) {
    ("OPcache\\{$backend}_store")('v', $value, throw_on_error: true);
    $fetch = "OPcache\\{$backend}_fetch";
    [$one, $two] = [$fetch('v'), $fetch('v')];
    var_dump(
        serialize($one) === serialize($value), $one['a'] !== $two['a'], $one['a'] === $one['again'][0], $one['a']->other === $one['again'][1],
        $one['a']->other->other === $one['a'], $one['a']->suit === Suit::Spades, $one['std']->self === $one['std'],
        [$one['a']->base(), $one['a']->own(), $one['a']->id], isset($one['a']->never), $one['std']->{'0'},
    );
    $one['a']->other = null;
    $one['std']->added = 1;
    var_dump($two['a']->other->id, isset($two['std']->added), serialize($fetch('v')) === serialize($value));
    try {
        $one['a']->id = 1;
    } catch (Error $e) {
        echo $e->getMessage(), "\n";
    }
    try {
        $one['a']->never;
    } catch (Error $e) {
        echo $e->getMessage(), "\n";
    }
}
// References to objects are what they were; serialize() would tie the first place as well.
$object = new stdClass;
OPcache\volatile_store('r', [$object, &$object, 'third' => &$object]);
$got = OPcache\volatile_fetch('r');
var_dump($got[0] === $got[1]);
$got[1] = 'changed';
var_dump($got[0]::class, $got['third']);
// A property's type binds the reference that it shares.
class Typed { public int $i = 1; public ?array $list = null; }
$typed = new Typed;
OPcache\volatile_store('t', [$typed, &$typed->i]);
$got = OPcache\volatile_fetch('t');
try {
    $got[1] = 'text';
} catch (TypeError $e) {
    echo $e->getMessage(), "\n";
}
$got[1] = 5;
var_dump($got[0]->i);
// Two clones share a table of dynamic properties until one of them is written to.
$first = (object) ['a' => [1]];
$second = clone $first;
OPcache\volatile_store('c', [$first, $second]);
$got = OPcache\volatile_fetch('c');
$got[0]->a[] = 2;
var_dump(count($got[0]->a), count($got[1]->a));
// An unset property is one of a new object, as after unserialize().
class Defaults { public $a = 1; public $b = [1]; }
$object = new Defaults;
unset($object->a);
OPcache\volatile_store('u', $object);
var_dump(OPcache\volatile_fetch('u'));
gc_collect_cycles();
?>
--EXPECTF--
bool(true)
bool(true)
bool(true)
bool(true)
bool(true)
bool(true)
bool(true)
array(3) {
  [0]=>
  string(4) "base"
  [1]=>
  string(5) "child"
  [2]=>
  int(7)
}
bool(false)
string(4) "zero"
int(8)
bool(false)
bool(true)
Cannot modify readonly property Base::$id
Typed property Child::$never must not be accessed before initialization
bool(true)
bool(true)
bool(true)
bool(true)
bool(true)
bool(true)
bool(true)
array(3) {
  [0]=>
  string(4) "base"
  [1]=>
  string(5) "child"
  [2]=>
  int(7)
}
bool(false)
string(4) "zero"
int(8)
bool(false)
bool(true)
Cannot modify readonly property Base::$id
Typed property Child::$never must not be accessed before initialization
bool(true)
string(8) "stdClass"
string(7) "changed"
Cannot assign string to reference held by property Typed::$i of type int
int(5)
int(2)
int(1)
object(Defaults)#%d (2) {
  ["a"]=>
  int(1)
  ["b"]=>
  array(1) {
    [0]=>
    int(1)
  }
}
