--TEST--
A closure in a default is as declared as long as it is of the same function, and keeps nothing else from being published
--EXTENSIONS--
static_cache
--SKIPIF--
<?php if (PHP_VERSION_ID < 80500) die('skip no closures in defaults before PHP 8.5'); ?>
--FILE--
<?php
require __DIR__ . '/../helpers/statics.inc';
in_hosts('<?php
namespace App;
const LIMIT = 2, SHOUT = static function ($x) { return strtoupper($x); };
function twice($x) { static $n = 0; $n++; return $x . $x; }
class Base { public static function name() { return static::class; } }
class Derived extends Base {}
trait Counting { public static $next = static function () { static $n = 0; return ++$n; }; }
#[\OPcache\PinnedStatic]
class Config
{
    use Counting;
    const FIRST = strrev(...);
    public static int $n = 0;
    public static ?\Closure $length = strlen(...);
    public static mixed $code = static function ($x) { return $x + 1; };
    public static mixed $same = static function ($x) { return $x + 1; };
    public static array $all = ["user" => twice(...), [static function () { return self::class . LIMIT; }, LIMIT], "of" => self::FIRST];
    public static $own = self::secret(...);
    public static $derived = Derived::name(...);
    public static $base = Base::name(...);
    public static $chosen = LIMIT > 1 ? static function () { return "taken"; } : null;
    public static $constants = [SHOUT, self::FIRST];
    private static function secret() { return self::$n; }
    public static function say()
    {
        return json_encode([self::$n, (self::$length)("abc"), (self::$code)(1), (self::$all["user"])("a"), (self::$all[0][0])(), (self::$all["of"])("abc"),
            (self::$own)(), (self::$derived)(), (self::$base)(), (self::$chosen)(), (self::$constants[0])("a"), (self::$next)(), (self::$next)()]);
    }
}
class Single { #[\OPcache\PinnedStatic] public static int $n = 0; #[\OPcache\PinnedStatic] public static $f = [LIMIT, strlen(...)]; }
spl_autoload_register(function ($class) { echo "loads $class "; });
match ($_GET["do"]) {
    "read", "end" => null,
    "add" => Config::$n++,
    "equal" => [Config::$length = strlen(...), Config::$own = (new \ReflectionProperty(Config::class, "own"))->getValue(), Config::$code = clone Config::$code],
    "single" => [Single::$n++, Single::$f],
    "another function" => Config::$length = strtolower(...),
    "another code" => Config::$code = Config::$same,
    "another class" => [Config::$derived = Config::$base, Config::$n = 50],
    "bound" => Config::$code = \Closure::bind(Config::$code, null, Base::class),
    "written here" => Config::$code = static function ($x) { return $x + 1; },
    "element" => [Config::$all["of"] = strtolower(...), Config::$n = 50],
    "null" => Config::$code = null,
    "array" => Config::$all = ["user" => null],
};
if (!in_array($_GET["do"], ["null", "array", "single"])) { echo Config::say(), " "; }
if ($_GET["do"] !== "end") {
    try { echo \OPcache\static_publish(); } catch (\OPcache\StaticCacheException $e) { echo $e->getMessage(); Config::$n = 100; }
}
echo " ", json_encode(Config::$code === null), count(Config::$all), " ", Single::$n, \OPcache\pinned_cache_info()->publish_failures;
', each_of('do=read', 'do=end', 'do=equal', 'do=add', 'do=add', 'do=read', 'do=single', 'do=single', 'do=another+function', 'do=another+code', 'do=another+class',
    'do=bound', 'do=written+here', 'do=element', 'do=end', 'do=null', 'do=null', 'do=array', 'do=array'));
?>
--EXPECT--
do=read: [0,3,2,"aa","App\\Config2","cba",0,"App\\Derived","App\\Base","taken","A",1,2] 0 false3 00
do=end: [0,3,2,"aa","App\\Config2","cba",0,"App\\Derived","App\\Base","taken","A",1,2]  false3 00
do=equal: [0,3,2,"aa","App\\Config2","cba",0,"App\\Derived","App\\Base","taken","A",1,2] 0 false3 00
do=add: [1,3,2,"aa","App\\Config2","cba",1,"App\\Derived","App\\Base","taken","A",1,2] 1 false3 00
do=add: [2,3,2,"aa","App\\Config2","cba",2,"App\\Derived","App\\Base","taken","A",1,2] 1 false3 00
do=read: [2,3,2,"aa","App\\Config2","cba",2,"App\\Derived","App\\Base","taken","A",1,2] 0 false3 00
do=single: 1 false3 10
do=single: 1 false3 20
do=another+function: [2,"abc",2,"aa","App\\Config2","cba",2,"App\\Derived","App\\Base","taken","A",1,2] App\Config was not published: pinned cache: App\Config::$length cannot be stored: it is a Closure false3 21
Warning: App\Config was not published: pinned cache: App\Config::$length cannot be stored: it is a Closure in Unknown on line 0
do=another+code: [2,3,2,"aa","App\\Config2","cba",2,"App\\Derived","App\\Base","taken","A",1,2] App\Config was not published: pinned cache: App\Config::$code cannot be stored: it is a Closure false3 23
Warning: App\Config was not published: pinned cache: App\Config::$code cannot be stored: it is a Closure in Unknown on line 0
do=another+class: [50,3,2,"aa","App\\Config2","cba",50,"App\\Base","App\\Base","taken","A",1,2] App\Config was not published: pinned cache: App\Config::$derived cannot be stored: it is a Closure false3 25
Warning: App\Config was not published: pinned cache: App\Config::$derived cannot be stored: it is a Closure in Unknown on line 0
do=bound: [2,3,2,"aa","App\\Config2","cba",2,"App\\Derived","App\\Base","taken","A",1,2] App\Config was not published: pinned cache: App\Config::$code cannot be stored: it is a Closure false3 27
Warning: App\Config was not published: pinned cache: App\Config::$code cannot be stored: it is a Closure in Unknown on line 0
do=written+here: [2,3,2,"aa","App\\Config2","cba",2,"App\\Derived","App\\Base","taken","A",1,2] App\Config was not published: pinned cache: App\Config::$code cannot be stored: it is a Closure false3 29
Warning: App\Config was not published: pinned cache: App\Config::$code cannot be stored: it is a Closure in Unknown on line 0
do=element: [50,3,2,"aa","App\\Config2","abc",50,"App\\Derived","App\\Base","taken","A",1,2] App\Config was not published: pinned cache: App\Config::$all['user'] cannot be stored: it is a Closure false3 211
Warning: App\Config was not published: pinned cache: App\Config::$all['user'] cannot be stored: it is a Closure in Unknown on line 0
do=end: [2,3,2,"aa","App\\Config2","cba",2,"App\\Derived","App\\Base","taken","A",1,2]  false3 212
do=null: 1 true3 212
do=null: 0 true3 212
do=array: 1 true1 212
do=array: 0 true1 212
