--TEST--
A variable that waits for a class, and whose reference a typed property has by then, gets its state without putting it where its type forbids it
--EXTENSIONS--
static_cache
--FILE--
<?php
require __DIR__ . '/../helpers/statics.inc';
$folder = new Folder(['Late.php' => '<?php class Late {}']);
in_hosts('<?php
class Holder { public array $list = []; public ?array $other = null; public int $number = 0; public float $exact = 0.0; public ?object $object = null; }
#[OPcache\PinnedStatic] class State {
    static $late = null;
    static function both(array $now = []) { static $v = []; return self::visit($v, $now, ["list", "other"]); }
    static function none(array $now = []) { static $v = []; return self::visit($v, $now, ["list"]); }
    static function one(array $now = []) { static $v = 0; return self::visit($v, $now, ["number", "exact"]); }
    static function exact(array $now = []) { static $v = 0.5; return self::visit($v, $now, ["exact"]); }
    static function object(array $now = []) { static $v = null; return self::visit($v, $now, ["object"]); }
    private static function visit(&$v, array $now, array $names) {
        if (isset($now["value"])) $v = $now["value"];
        if (isset($now["bind"])) foreach ($names as $name) $now["bind"]->$name = &$v;
        return $v;
    }
}
$values = ["both" => [1, 2, 3], "none" => 0x4141414141414141, "one" => "text", "exact" => 7, "object" => new ArrayObject([4])];
if (isset($_GET["set"])) {
    require "' . $folder->path . '/Late.php";
    State::$late = new Late();
    foreach ($values as $name => $value) State::$name(["value" => $value]);
    echo "set";
    return;
}
$holders = [];
foreach ($values as $name => $_) {
    $holders[$name] = new Holder();
    // Where two types that exclude each other would have the reference.
    try { State::$name(["bind" => $holders[$name]]); } catch (TypeError) { echo "$name: both types, "; }
}
require "' . $folder->path . '/Late.php";
foreach ($values as $name => $_) {
    echo "\n  $name ", json_encode(State::$name()), " ", json_encode($holders[$name], JSON_PRESERVE_ZERO_FRACTION);
}
$holders["both"]->list[] = 4;
try { $holders["both"]->other = [5]; $holders["none"]->list[] = 6; $holders["none"]->list = 7; } catch (TypeError $e) { echo "\n  ", $e->getMessage(); }
echo "\n  ", json_encode(State::both()), json_encode(State::none());
', each_of('set=1', '', ''));
?>
--EXPECT--
set=1: set
: one: both types, 
  both [1,2,3] {"list":[1,2,3],"other":[1,2,3],"number":0,"exact":0.0,"object":null}
  none 4702111234474983745 {"list":[],"other":null,"number":0,"exact":0.0,"object":null}
  one "text" {"list":[],"other":null,"number":0,"exact":0.0,"object":null}
  exact 7 {"list":[],"other":null,"number":0,"exact":0.5,"object":null}
  object {"0":4} {"list":[],"other":null,"number":0,"exact":0.0,"object":{"0":4}}
  Cannot assign int to property Holder::$list of type array
  [5]4702111234474983745
: one: both types, 
  both [5] {"list":[5],"other":[5],"number":0,"exact":0.0,"object":null}
  none 4702111234474983745 {"list":[],"other":null,"number":0,"exact":0.0,"object":null}
  one "text" {"list":[],"other":null,"number":0,"exact":0.0,"object":null}
  exact 7 {"list":[],"other":null,"number":0,"exact":0.5,"object":null}
  object {"0":4} {"list":[],"other":null,"number":0,"exact":0.0,"object":{"0":4}}
  Cannot assign int to property Holder::$list of type array
  [5]4702111234474983745
