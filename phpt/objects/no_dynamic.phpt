--TEST--
Classes that allow for no dynamic properties get none at a fetch, where unserialize() throws: a miss
--EXTENSIONS--
static_cache
--INI--
opcache.static_cache.volatile_size_mb=32
opcache.static_cache.pinned_size_mb=32
error_reporting=8191
--FILE--
<?php
require __DIR__ . '/../helpers/server.inc';
abstract readonly class Told
{
    public int $a;
    public function __construct(private array $data) {}
    public function __serialize(): array { return $this->data; }
}
readonly class Fixed extends Told {}
#[AllowDynamicProperties] class Open { public $data; public $a; public function __serialize(): array { return ['a' => 1, 'more' => 2]; } }
function shown(callable $value): string
{
    try {
        return preg_replace('/#\d+/', '#', print_r($value(), true));
    } catch (Error $e) {
        return $e->getMessage();
    }
}
function compare(string $what, object $object): void
{
    $native = shown(fn() => unserialize(serialize($object)));
    OPcache\volatile_store('v', [$object, $object], 0, true);
    $got = [];
    foreach ([1, 2] as $time) {
        $got[] = shown(fn() => OPcache\volatile_fetch('v', ['miss'])[0]);
    }
    echo "$what: ", $got === [$native, $native] ? 'as unserialize()' : implode(' ', $got) . ": $native", OPcache\volatile_exists('v') ? '' : ', gone', "\n";
}
compare('its own', new Fixed(['a' => 5, "\0Told\0data" => []]));
compare('another', new Fixed(['a' => 5, 'more' => 6]));
compare('another before its own', new Fixed(['more' => 6, 'a' => 5]));
compare('an int', new Fixed(['a' => 5, 6]));
compare('in a class that allows for them', new Open());

// The class is another one by now.
$server = new Server(<<<'CODE'
<?php
eval($_GET['class']);
if ($_GET['do'] === 'store') {
    $object = new X();
    $object->more = [1];
    $array = @new ArrayObject($appended = new X());
    $array[] = 2;
    var_dump(OPcache\volatile_store_array(['direct' => $object, 'below' => [[$object, 'x' => new X()]], 'appended' => $appended, 'none' => [new X()]]));
} else {
    foreach (['direct', 'below', 'appended', 'none'] as $key) {
        foreach ([1, 2] as $time) {
            echo $key, ' ', json_encode(OPcache\volatile_fetch($key, 'miss')), OPcache\volatile_exists($key) ? '' : ' gone', "\n";
        }
    }
}
CODE);
$open = '#[AllowDynamicProperties] class X {}';
echo $server->get('?do=store&class=' . urlencode($open));
foreach ([$open, '#[AllowDynamicProperties] final class X {}', 'readonly class X {}'] as $class) {
    echo "$class:\n", $server->get('?do=fetch&class=' . urlencode($class));
}
?>
--EXPECT--
its own: as unserialize()
another: miss miss: Cannot create dynamic property Fixed::$more, gone
another before its own: miss miss: Cannot create dynamic property Fixed::$more, gone
an int: miss miss: Cannot create dynamic property Fixed::$0, gone
in a class that allows for them: as unserialize()
bool(true)
#[AllowDynamicProperties] class X {}:
direct {"more":[1]}
direct {"more":[1]}
below [{"0":{"more":[1]},"x":{}}]
below [{"0":{"more":[1]},"x":{}}]
appended {"0":2}
appended {"0":2}
none [{}]
none [{}]
#[AllowDynamicProperties] final class X {}:
direct {"more":[1]}
direct {"more":[1]}
below [{"0":{"more":[1]},"x":{}}]
below [{"0":{"more":[1]},"x":{}}]
appended {"0":2}
appended {"0":2}
none [{}]
none [{}]
readonly class X {}:
direct "miss" gone
direct "miss" gone
below "miss" gone
below "miss" gone
appended "miss" gone
appended "miss" gone
none [{}]
none [{}]
