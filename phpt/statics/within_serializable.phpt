--TEST--
Static state that is restored and published by a Serializable's methods, within serialize() and unserialize(): methods and autoloaders have numbers of their own
--EXTENSIONS--
static_cache
--FILE--
<?php
require __DIR__ . '/../helpers/statics.inc';
$folder = new Folder([
    'State.php' => '<?php #[OPcache\PinnedStatic] class State { public static ?Held $held = null; public static int $requests = 0; }',
    'Held.php' => '<?php $GLOBALS["read"][] = read();
class Held
{
    public string $text = "";
    public function __serialize(): array
    {
        if (isset($_GET["fatal"])) trigger_error("in a method", E_USER_ERROR);
        $o = new stdClass;
        return [serialize([$o, $o])];
    }
    public function __unserialize(array $data): void
    {
        $GLOBALS["read"][] = read();
        $this->text = $data[0];
    }
}',
]);
$script = '<?php
error_reporting(E_ALL & ~E_DEPRECATED);
spl_autoload_register(fn($class) => include "' . $folder->path . '/$class.php");
function read(): string
{
    return unserialize(\'a:2:{i:0;O:8:"stdClass":1:{s:3:"tag";s:5:"inner";}i:1;r:2;}\')[1]->tag;
}
class Within implements Serializable
{
    public function serialize()
    {
        State::$held = new Held;
        try { OPcache\static_publish(); } finally { return ""; }
    }
    public function unserialize($text) { State::$requests++; }
}
class Member implements Serializable
{
    public function __construct(public ?object $shared = null) {}
    public function serialize() { return serialize($this->shared); }
    public function unserialize($text) {}
}
$o = new stdClass;
echo serialize([$o, new Member($o)]), " ";
if (isset($_GET["set"])) echo serialize([new Within, $o, $o]);
if (isset($_GET["get"])) {
    unserialize(\'a:2:{i:0;O:8:"stdClass":1:{s:3:"tag";s:5:"outer";}i:1;C:6:"Within":0:{}}\');
    echo implode(", ", $read), " ", State::$held->text, " ", State::$requests;
}
';
in_hosts($script, function (callable $get) {
    foreach (['set', 'get', 'set=1&fatal', 'get', 'get'] as $what) {
        echo preg_replace('/\s*<?\/?b?r? ?\/?>?\s*(PHP )?Fatal error.*/s', ' fatal error', $get($what)), "\n";
    }
});
?>
--EXPECT--
a:2:{i:0;O:8:"stdClass":0:{}i:1;C:6:"Member":4:{r:2;}} a:3:{i:0;C:6:"Within":0:{}i:1;O:8:"stdClass":0:{}i:2;r:3;}
a:2:{i:0;O:8:"stdClass":0:{}i:1;C:6:"Member":4:{r:2;}} inner, inner a:2:{i:0;O:8:"stdClass":0:{}i:1;r:2;} 1
a:2:{i:0;O:8:"stdClass":0:{}i:1;C:6:"Member":4:{r:2;}} fatal error
a:2:{i:0;O:8:"stdClass":0:{}i:1;C:6:"Member":4:{r:2;}} inner, inner a:2:{i:0;O:8:"stdClass":0:{}i:1;r:2;} 2
a:2:{i:0;O:8:"stdClass":0:{}i:1;C:6:"Member":4:{r:2;}} inner, inner a:2:{i:0;O:8:"stdClass":0:{}i:1;r:2;} 3
