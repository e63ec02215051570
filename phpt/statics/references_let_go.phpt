--TEST--
What a reference in an array of a static held does not stay alive for the comparison: a destructor runs when the script lets go
--EXTENSIONS--
static_cache
--FILE--
<?php
require __DIR__ . '/../helpers/statics.inc';
in_hosts('<?php' . PUBLISHED . '
class Connection
{
    public function __construct(public int $id) {}
    public function __destruct() { echo "[close $this->id]"; }
}
#[OPcache\PinnedStatic]
class Pool { public static $connections = []; public static $n = 0; }
switch ($_GET["do"]) {
    case "worker":
        for ($i = 0; $i < 3; $i++) {
            $connection = new Connection($i);
            Pool::$connections = ["one" => &$connection, "again" => [&$connection]];
            echo OPcache\static_publish(), OPcache\static_publish();
            $connection = null;
            echo " then ", OPcache\static_publish(), "\n";
            unset($connection);
        }
        // Another object, at the same address perhaps.
        $connection = new Connection(3);
        Pool::$connections = [&$connection];
        echo OPcache\static_publish();
        $connection = null;
        $connection = new Connection(4);
        echo OPcache\static_publish(), OPcache\static_publish();
        $number = $connection;
        $other = new Connection(5);
        $connection = &$other;
        Pool::$n++;
        echo OPcache\static_publish(), OPcache\static_publish();
        Pool::$connections[0] = null;
        echo OPcache\static_publish(), OPcache\static_publish(), " end\n";
        break;
    case "many":
        // Looked up, not searched for: each once.
        for ($i = 0; $i < 50000; $i++) { $all[$i] = new stdClass(); Pool::$connections[] = &$all[$i]; }
        echo OPcache\static_publish(), OPcache\static_publish();
        $all[49999] = new stdClass();
        echo OPcache\static_publish(), OPcache\static_publish();
        Pool::$connections = [new Connection(6), &Pool::$connections[0]];
        $first = &Pool::$connections[1];
        break;
    case "restored":
        $second = &Pool::$connections[1];
        $first = &Pool::$connections[0];
        Pool::$n++;
        echo get_debug_type($first), get_debug_type($second), OPcache\static_publish();
        $first = null;
        echo OPcache\static_publish();
        break;
}
echo published();
', each_of('do=worker', 'do=many', 'do=restored', 'do=restored'));
?>
--EXPECT--
do=worker: 10[close 0] then 1
10[close 1] then 1
10[close 2] then 1
1[close 3]101010 end
[10+0][close 4][close 5]
do=many: 1010[12+0][close 6]
do=restored: Connectionnull1[close 6]1[15+0]
do=restored: nullnull10[16+0]
