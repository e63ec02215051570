--TEST--
Hooks on the file and line of an exception are not called when one is fetched or restored, whatever they would do (PHP 8.4)
--SKIPIF--
<?php if (PHP_VERSION_ID < 80400) die("skip property hooks came with PHP 8.4"); ?>
--EXTENSIONS--
static_cache
--INI--
opcache.static_cache.volatile_size_mb=32
opcache.static_cache.pinned_size_mb=32
--FILE--
<?php
require __DIR__ . '/../helpers/statics.inc';
const CLASSES = '
class Hooked extends Exception
{
    public static $do = null;
    protected string $file = "" { set(string $to) { if (self::$do) { echo "set file "; (self::$do)($this); } $this->file = $to; } }
    protected int $line = 0 { set(int $to) { if (self::$do) { echo "set line "; } $this->line = $to; } }
    public $detail = 5;
}
class Reads extends Error { protected string $file = "" { get => "read"; } }
class Sleeps extends Hooked { public function __sleep(): array { return ["detail"]; } }
class Unserializes extends Hooked
{
    public $data;
    public function __serialize(): array { return [$this->message]; }
    public function __unserialize(array $data): void { $this->data = $data; }
}';
eval(CLASSES);
foreach (range(0, 199) as $number) {
    eval("class Other$number {}");
}
for ($i = 0; $i < 200; $i += 20) {
    OPcache\pinned_store("others $i", array_map(fn($number) => new ("Other" . $number), range($i, $i + 19)));
}
$first = new Hooked('first');
$last = new Hooked('last', 3, $first);
OPcache\pinned_store('one', $first, throw_on_error: true);
OPcache\pinned_store('many', [$first, new Other1, new Reads('reads'), $last, new Unserializes('data'), $first, new Other2], throw_on_error: true);
$kept = [];
$keep = function ($made) use (&$kept) { $kept[] = $made; };
foreach ([
    'keeps it' => $keep,
    'throws' => function ($made) use ($keep) { $keep($made); throw new LogicException('from the hook'); },
    'fetches others' => function () { for ($i = 0; $i < 200; $i += 20) { OPcache\pinned_fetch("others $i"); } },
    'collects' => function () { gc_collect_cycles(); OPcache\static_quiesce(); },
] as $what => Hooked::$do) {
    $one = OPcache\pinned_fetch('one');
    $many = OPcache\pinned_fetch('many');
    $classes = array_map(get_class(...), $many);
    echo "$what: ", count($kept), ' ', implode(' ', $classes), ' ', json_encode([
        $one->getMessage(), $one->getFile() === __FILE__, $one->getLine() === $first->getLine(), $many[0] === $many[5],
        $many[3]->getPrevious() === $many[0], $many[2]->getFile(), $many[4]->data, $many[3]->getTrace() === $last->getTrace(),
    ]), "\n";
    unset($one, $many);
}
Hooked::$do = null;
// Set by the engine where nothing was stored: what it sets, without a hook.
OPcache\pinned_store('sleeps', new Sleeps('gone'), throw_on_error: true);
$text = serialize(new Sleeps('gone'));
[$wanted, Hooked::$do, $got] = [unserialize($text), $keep, OPcache\pinned_fetch('sleeps')];
var_dump($got->getMessage(), $got->detail, $got->getFile() === __FILE__, $got->getLine() === $wanted->getLine(), $got->getTrace()[0]['function'], count($kept));

in_hosts('<?php' . CLASSES . '
#[OPcache\PinnedStatic] class Kept { public static $list; }
if (isset($_GET["set"])) { $first = new Hooked("kept"); Kept::$list = [$first, new Hooked("last", 1, $first), new Sleeps]; }
Hooked::$do = fn() => print("called ");
echo Kept::$list[0]->getMessage(), " ", Kept::$list[1]->getPrevious() === Kept::$list[0] ? "same" : "another", " ", basename(Kept::$list[2]->getFile()) !== "" ? "file" : "none";
', each_of('set', 'get', 'get'));
?>
--EXPECT--
keeps it: 0 Hooked Other1 Reads Hooked Unserializes Hooked Other2 ["first",true,true,true,true,"read",["data"],true]
throws: 0 Hooked Other1 Reads Hooked Unserializes Hooked Other2 ["first",true,true,true,true,"read",["data"],true]
fetches others: 0 Hooked Other1 Reads Hooked Unserializes Hooked Other2 ["first",true,true,true,true,"read",["data"],true]
collects: 0 Hooked Other1 Reads Hooked Unserializes Hooked Other2 ["first",true,true,true,true,"read",["data"],true]
string(0) ""
int(5)
bool(true)
bool(true)
string(20) "OPcache\pinned_fetch"
int(0)
set: kept same file
get: kept same file
get: kept same file
