--TEST--
Static state of classes, properties and methods survives requests; what has no attribute does not
--EXTENSIONS--
static_cache
--FILE--
<?php
require __DIR__ . '/../helpers/statics.inc';
in_hosts('<?php' . PUBLISHED . '
use OPcache\{PinnedStatic, VolatileStatic};
#[PinnedStatic]
class Whole
{
    public static int $a = 1;
    protected static $b = [];
    private static $c;
    public $instance = 1;
    #[VolatileStatic] public static $own = "own";
    #[VolatileStatic] public static function counts() { static $n = 0; return ++$n; }
    public static function method() { static $n = 0, $m = 0; $m += 2; return ++$n + $m; }
    public static function change() { self::$a++; self::$b[] = self::$a; self::$c = "c" . self::$a; }
    public static function all() { return [self::$a, self::$b, self::$c, self::$own]; }
}
class Parts
{
    #[PinnedStatic] public static $kept = 0;
    public static $not = 0;
    #[PinnedStatic] public function keeps() { static $n = 0; return ++$n; }
    public function not() { static $n = 0; return ++$n; }
    #[PinnedStatic] public $instance = 0;
    #[PinnedStatic] public function none() {}
}
class Nothing
{
    public static $n = 0;
    public static function n() { static $n = 0; return ++$n; }
}
switch ($_GET["do"]) {
    case "change":
        Whole::change();
        Whole::$own .= "!";
        echo json_encode([Whole::method(), Whole::counts(), ++Parts::$kept, ++Parts::$not, (new Parts)->keeps(), (new Parts)->not(), ++Nothing::$n, Nothing::n()]), " ";
        // no break
    case "read":
        echo json_encode([Whole::all(), Parts::$kept, Parts::$not, Nothing::$n]), published();
        break;
    case "nothing":
        echo published();
        break;
    case "part":
        Parts::$kept++;
        break;
    case "entries":
        echo OPcache\pinned_cache_info()->entry_count, " ", OPcache\volatile_cache_info()->entry_count, " ", json_encode(OPcache\pinned_keys());
}
', each_of('do=read', 'do=change', 'do=read', 'do=change', 'do=read', 'do=nothing', 'do=part', 'do=read', 'do=nothing', 'do=entries'));
?>
--EXPECT--
do=read: [[1,[],null,"own"],0,0,0][0+0]
do=change: [3,1,1,1,1,1,1,1] [[2,[2],"c2","own!"],1,1,1][0+0]
do=read: [[2,[2],"c2","own!"],1,0,0][3+2]
do=change: [6,2,2,1,2,1,1,1] [[3,[2,3],"c3","own!!"],2,1,1][3+2]
do=read: [[3,[2,3],"c3","own!!"],2,0,0][6+4]
do=nothing: [6+4]
do=part: 
do=read: [[3,[2,3],"c3","own!!"],3,0,0][7+4]
do=nothing: [7+4]
do=entries: 3 2 []
