--TEST--
Hooks on a property that the parent declares without any: it lies in a slot of the child's own (PHP 8.4)
--SKIPIF--
<?php if (PHP_VERSION_ID < 80400) die("skip property hooks came with PHP 8.4"); ?>
--EXTENSIONS--
static_cache
--INI--
opcache.static_cache.volatile_size_mb=32
opcache.static_cache.pinned_size_mb=32
error_reporting=8191
--FILE--
<?php
require __DIR__ . '/../helpers/server.inc';
class P
{
    public ?int $x = 1;
    public $y = 2;
}
eval('class Stored extends P { public ?int $x = 5 { set => $value + 1; } }');
eval('class Unserializes extends Stored { public $seen; public function __unserialize(array $data): void { $this->seen = $data; } }');
eval('class Serializes extends Stored { public function __serialize(): array { return ["x" => $GLOBALS["given"], "y" => 3]; } }');
eval('class Sleeps extends Stored { public function __sleep(): array { return ["x"]; } }');
eval('class Bound extends P { public ?int $x = 5 { &get => $this->x; } }');

function say(string $what, object $object): void
{
    $object->x = 6;
    $outcomes = [];
    foreach (['unserialize', 'fetch'] as $how) {
        try {
            if ($how === 'fetch') {
                OPcache\volatile_store('v', $object, 0, true);
            }
            $outcomes[] = print_r($how === 'fetch' ? OPcache\volatile_fetch('v') : unserialize(serialize($object)), true);
        } catch (TypeError $e) {
            $outcomes[] = $e->getMessage();
        }
    }
    echo $what, ': ', $outcomes[0] === $outcomes[1] ? "as unserialize(serialize())\n" : "{$outcomes[1]} but {$outcomes[0]}\n";
}
say('stored by slots', new Stored);
say('__unserialize', new Unserializes);
$given = 9;
say('__serialize', new Serializes);
$given = 'no int';
say('__serialize, of another type', new Serializes);
say('__sleep', new Sleeps);
$bound = new Bound;
$reference = &$bound->x;
OPcache\volatile_store('v', [$bound, &$reference], 0, true);
$got = OPcache\volatile_fetch('v');
try {
    $got[1] = 'no int';
} catch (TypeError $e) {
    echo $e->getMessage(), "\n";
}
$got[1] = 7;
echo $got[0]->x, "\n";

// With hooks or without them it is not the same class.
$server = new Server(<<<'CODE'
<?php
class P { public ?int $x = 1; }
eval($_GET['hooks'] ? 'class C extends P { public ?int $x = 5 { set => $value; } }' : 'class C extends P { public ?int $x = 5; }');
if ($_GET['store']) {
    $c = new C;
    $c->x = 4;
    OPcache\volatile_store('c', $c);
}
echo json_encode(OPcache\volatile_fetch('c', 'miss'));
CODE);
foreach ([0, 1] as $hooks) {
    echo $server->get("?store=1&hooks=$hooks"), ' ', $server->get("?store=0&hooks=$hooks"), ' ';
    echo $server->get('?store=0&hooks=' . 1 - $hooks), "\n";
}
?>
--EXPECT--
stored by slots: as unserialize(serialize())
__unserialize: as unserialize(serialize())
__serialize: as unserialize(serialize())
__serialize, of another type: as unserialize(serialize())
__sleep: as unserialize(serialize())
Cannot assign string to reference held by property Bound::$x of type ?int
7
{"x":4} {"x":4} "miss"
{"x":4} {"x":4} "miss"
