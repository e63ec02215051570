--TEST--
A request that reads by reference takes nothing away that another one publishes meanwhile; nor does one that changes an object in an array without assigning anything
--EXTENSIONS--
static_cache
--FILE--
<?php
require __DIR__ . '/../helpers/statics.inc';
$server = new Server('<?php
class Item { public $hits = 0; }
#[OPcache\PinnedStatic]
class Log
{
    public static $list = [];
    public static $items = [];
    public static function &variable() { static $list = ["first"]; return $list; }
}
$readers = [
    "end" => function () { end(Log::$list); },
    "reset" => function () { reset(Log::$list); },
    "foreach" => function () { foreach (Log::$list as &$item); },
    "array_walk" => function () { array_walk(Log::$list, fn($item) => 0); },
    "unset" => function () { unset(Log::$list["missing"]); },
    "element" => function () { $GLOBALS["item"] = &Log::$list[0]; },
    "variable" => function () { end(Log::variable()); },
    "in an object" => function () { Log::$items["one"]->hits++; },
    "in an object by a variable" => function () { $item = Log::$items["one"]; $item->hits++; },
    "in an object by reference" => function () { $item = &Log::$items["one"]; $item->hits++; },
];
switch ($_GET["do"]) {
    case "names": echo json_encode(array_keys($readers)); break;
    case "init":
        Log::$list = ["first"];
        Log::$items = ["one" => new Item()];
        $variable = &Log::variable();
        $variable = ["first"];
        break;
    case "write":
        Log::$list[] = "second";
        $variable = &Log::variable();
        $variable[] = "second";
        break;
    case "show": echo json_encode([Log::$list, Log::variable(), Log::$items["one"]->hits]); break;
    default:
        $readers[$_GET["do"]]();
        // Another process answers: this one is busy.
        file_get_contents("http://$_SERVER[HTTP_HOST]/?do=write");
}
', [], 3, [], ['-d', 'display_errors=1', '-d', 'html_errors=0']);
foreach (json_decode($server->get('?do=names')) as $reader) {
    $server->get('?do=init');
    echo "$reader: ", $server->get('?do=' . urlencode($reader)), $server->get('?do=show'), "\n";
}
?>
--EXPECT--
end: [["first","second"],["first","second"],0]
reset: [["first","second"],["first","second"],0]
foreach: [["first","second"],["first","second"],0]
array_walk: [["first","second"],["first","second"],0]
unset: [["first","second"],["first","second"],0]
element: [["first","second"],["first","second"],0]
variable: [["first","second"],["first","second"],0]
in an object: [["first","second"],["first","second"],0]
in an object by a variable: [["first","second"],["first","second"],0]
in an object by reference: [["first","second"],["first","second"],0]
