--TEST--
A class that is missing or has changed is a miss that drops the entry; autoloaders are asked
--EXTENSIONS--
static_cache
--INI--
opcache.static_cache.volatile_size_mb=32
opcache.static_cache.pinned_size_mb=32
error_reporting=8191
--FILE--
<?php
require __DIR__ . '/../helpers/server.inc';
$server = new Server(<<<'CODE'
<?php
error_reporting(E_ALL);
function loader(string $version): void
{
    spl_autoload_register(function (string $class) use ($version) {
        echo "[load $class]";
        $u = 'class U { public $v; function __unserialize(array $d): void { $this->v = $d; } }';
        $sources = [
            'one' => "class C { public int \$a = 1; private \$b = 2; } enum E { case A; case B; } $u",
            'same' => "class C { public int \$a = 9; private \$b = 8; function more() {} } enum E { case A; case B; case New; } $u",
            'type' => 'class C { public string $a = ""; private $b = 2; } enum E { case A; case B; } class U { public $v; }',
            'more' => 'class C { public int $a = 1; private $b = 2; public $c; } enum E { case A; } class U { }',
        ];
        if ($version === 'throws') {
            throw new Exception('from the autoloader');
        }
        if ($version === 'fetches') {
            echo '[', OPcache\volatile_fetch('c', 'inner miss'), ']';
            $version = 'one';
        }
        if (isset($sources[$version])) {
            eval($sources[$version]);
        }
    });
}
loader($_GET['classes']);
if ($_GET['do'] === 'store') {
    $c = new C;
    $c->a = 5;
    OPcache\volatile_store_array(['c' => [$c], 'e' => [E::B], 'u' => new U]);
    echo count(OPcache\volatile_keys());
    return;
}
foreach (explode(',', $_GET['do']) as $key) {
    try {
        $got = OPcache\volatile_fetch($key, 'miss');
        echo is_string($got) ? $got : str_replace("\0", '', serialize($got)), ' ';
        $got = OPcache\volatile_fetch($key, 'miss');
        echo is_string($got) ? $got : 'again';
    } catch (Exception $e) {
        echo $e->getMessage();
    }
    echo ' ', OPcache\volatile_exists($key) ? 'there' : 'gone', "; ";
}
CODE);
$say = function (string $classes, string $do) use ($server) { echo "$classes $do: ", $server->get("?classes=$classes&do=$do"), "\n"; };
$say('one', 'store');
$say('one', 'c,e,u');
$say('same', 'c,e');
$say('throws', 'c');
$say('fetches', 'c');
$say('type', 'c,u');
$say('one', 'store');
$say('more', 'c,e,u');
$say('one', 'store');
$say('none', 'c,e,u');
?>
--EXPECT--
one store: [load C]3
one c,e,u: [load C]a:1:{i:0;O:1:"C":2:{s:1:"a";i:5;s:4:"Cb";i:2;}} again there; a:1:{i:0;E:3:"E:B";} again there; O:1:"U":1:{s:1:"v";a:1:{s:1:"v";N;}} again there; 
same c,e: [load C]a:1:{i:0;O:1:"C":2:{s:1:"a";i:5;s:4:"Cb";i:2;}} again there; a:1:{i:0;E:3:"E:B";} again there; 
throws c: [load C]from the autoloader there; 
fetches c: [load C][inner miss]a:1:{i:0;O:1:"C":2:{s:1:"a";i:5;s:4:"Cb";i:2;}} again there; 
type c,u: [load C]miss miss gone; miss miss gone; 
one store: [load C]3
more c,e,u: [load C]miss miss gone; miss miss gone; miss miss gone; 
one store: [load C]3
none c,e,u: [load C]miss miss gone; [load E]miss miss gone; [load U]miss miss gone;
