--TEST--
exit, fatal errors, memory and time limits in methods leave nothing behind
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
class End
{
    public static string $how = '';

    public static function end(string $when): void
    {
        switch (self::$how === '' || self::$how[0] !== $when ? '' : substr(self::$how, 1)) {
            case 'exit': exit('exit ');
            case 'fatal': eval('class End {}');
            case 'memory': ini_set('memory_limit', '8M'); str_repeat('x', 100_000_000);
            case 'time': set_time_limit(1); for (;;) { }
            case 'throw': throw new Error('uncaught');
        }
    }
}
class Flat
{
    public $x = 1;

    public function __serialize(): array
    {
        End::end('s');
        return [$this->x];
    }

    public function __unserialize(array $data): void
    {
        End::end('u');
        $this->x = $data;
    }
}
ini_set('display_errors', 0);
if ($_GET['how'] === 'look') {
    $info = OPcache\volatile_cache_info();
    $keys = OPcache\volatile_keys();
    echo json_encode([OPcache\volatile_fetch('k')[0], count($keys), OPcache\volatile_lock('k'), OPcache\volatile_unlock('k'),
        $info->overflow_readers, $info->active_readers]);
    return;
}
OPcache\volatile_clear();
OPcache\volatile_store('k', ['old', new Flat]);
register_shutdown_function(function () { End::$how = ''; var_dump(OPcache\volatile_store('from shutdown', [new Flat, 1])); });
End::$how = $_GET['how'];
OPcache\volatile_store_array(['k' => ['new', new Flat], 'other' => [new Flat]]);
OPcache\volatile_fetch('k');
CODE);
foreach (['s', 'u'] as $when) {
    foreach (['exit', 'fatal', 'memory', 'time', 'throw'] as $how) {
        echo "$when$how: ", str_replace("\n", ' ', $server->get("?how=$when$how")), ' ', $server->get('?how=look'), "\n";
    }
}
?>
--EXPECT--
sexit: exit bool(true)  ["old",2,true,true,0,0]
sfatal: bool(true)  ["old",2,true,true,0,0]
smemory: bool(true)  ["old",2,true,true,0,0]
stime: bool(true)  ["old",2,true,true,0,0]
sthrow: bool(true)  ["old",2,true,true,0,0]
uexit: exit bool(true)  ["new",3,true,true,0,0]
ufatal: bool(true)  ["new",3,true,true,0,0]
umemory: bool(true)  ["new",3,true,true,0,0]
utime: bool(true)  ["new",3,true,true,0,0]
uthrow: bool(true)  ["new",3,true,true,0,0]
