--TEST--
What unserialize() mixes up is kept apart: a dynamic property and a parent's private one of that name, a name that two properties have
--EXTENSIONS--
static_cache
--FILE--
<?php
class Above
{
    private $any = 1;
    private int $number = 2;
    private readonly array $list;
    public function __construct() { $this->list = [3]; }
    public function its(string $name) { return $this->$name; }
}
#[AllowDynamicProperties] class Below extends Above {}
foreach (['any', 'number', 'list'] as $name) {
    $object = new Below();
    $object->$name = 'dynamic';
    try {
        $native = unserialize(serialize($object))->its($name);
    } catch (TypeError $e) {
        $native = $e->getMessage();
    }
    OPcache\volatile_store('v', $object, 0, true);
    foreach ([1, 2] as $time) {
        $got = OPcache\volatile_fetch('v');
        echo json_encode([$got->its($name), $got->$name]), ' but ', json_encode($native), "\n";
    }
}

#[AllowDynamicProperties] class Twice { public $declared; }
$first = new DateTimeZone('UTC');
$object = new Twice();
$object->{'0'} = $first;
$array = @new ArrayObject($object);
$array[] = new Twice();
$native = unserialize(serialize([$object, $first]));
OPcache\volatile_store('v', [$object, $first], 0, true);
foreach ([1, 2] as $time) {
    $got = OPcache\volatile_fetch('v');
    echo get_class($got[0]->{'0'}), ' ', get_class($got[1]), ' but ', get_class($native[0]->{'0'}), ' ', get_class($native[1]), "\n";
}
?>
--EXPECT--
[1,"dynamic"] but "dynamic"
[1,"dynamic"] but "dynamic"
[2,"dynamic"] but "Cannot assign string to property Above::$number of type int"
[2,"dynamic"] but "Cannot assign string to property Above::$number of type int"
[[3],"dynamic"] but "Cannot assign string to property Above::$list of type array"
[[3],"dynamic"] but "Cannot assign string to property Above::$list of type array"
Twice DateTimeZone but Twice Twice
Twice DateTimeZone but Twice Twice
