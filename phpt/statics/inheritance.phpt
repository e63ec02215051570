--TEST--
Static state with inheritance, traits, enums, interfaces: each declaration has its own
--EXTENSIONS--
static_cache
--FILE--
<?php
require __DIR__ . '/../helpers/statics.inc';
in_hosts('<?php
use OPcache\PinnedStatic;
interface Counting { public static function next(); }
trait Shared
{
    #[PinnedStatic] public static $each = 0;
    public static $plain = 0;
    #[PinnedStatic] public static function times() { static $n = 0; return ++$n; }
    public static function unkept() { static $n = 0; return ++$n; }
}
#[PinnedStatic] trait Marked { public static $marked = 0; public static function marks() { static $n = 0; return ++$n; } }
abstract class Base implements Counting
{
    #[PinnedStatic] public static $shared = 0;
    #[PinnedStatic] protected static $redeclared = 10;
    private static $secret = "base";
    #[PinnedStatic] public static function next() { static $n = 0; return ++$n; }
    #[PinnedStatic] public static function overridden() { static $n = 0; return ++$n; }
    public static function bump() { self::$redeclared++; static::$redeclared++; }
    public static function show() { return [static::$shared, self::$redeclared, static::$redeclared, self::$secret]; }
}
class One extends Base { use Shared; protected static $redeclared = 20; public static function overridden() { static $n = 0; return ++$n; } }
class Two extends Base { use Shared { times as again; unkept as public; } #[PinnedStatic] protected static $redeclared = 30; }
class Three extends Two {}
class UsesMarked { use Marked; }
#[PinnedStatic] class WholeWithTrait { use Shared, Marked; }
#[PinnedStatic] class Child extends Base { private static $secret = "child"; public static function secret($new = null) { return $new === null ? self::$secret : self::$secret = $new; } }
enum Level: int { case Low = 1; #[PinnedStatic] public static function asked() { static $n = 0; return ++$n; } public static function not() { static $n = 0; return ++$n; } }
switch ($_GET["do"]) {
    case "change":
        One::$shared++; Three::$shared++;
        One::bump(); Two::bump(); Three::bump();
        One::$each += 1; Two::$each += 10; One::$plain++; UsesMarked::$marked++; UsesMarked::marks(); WholeWithTrait::$marked++; WholeWithTrait::$plain += 5;
        Child::secret("changed");
        echo json_encode([One::next(), Two::next(), Three::next(), Base::overridden(), One::overridden(), Two::overridden(), One::times(), Two::again(), Two::times(), Three::again(), One::unkept(), UsesMarked::marks(), WholeWithTrait::times(), WholeWithTrait::unkept(), WholeWithTrait::marks(), Level::asked(), Level::not()]);
        break;
    default:
        echo json_encode([Base::show(), One::show(), Two::show(), Three::show(), One::$each, Two::$each, Three::$each, One::$plain, UsesMarked::$marked, WholeWithTrait::$marked, WholeWithTrait::$plain, WholeWithTrait::$each, Child::secret(), Child::show()]);
}
', each_of('do=read', 'do=change', 'do=read', 'do=change', 'do=read'));
?>
--EXPECT--
do=read: [[0,10,10,"base"],[0,10,20,"base"],[0,10,30,"base"],[0,10,30,"base"],0,0,0,0,0,0,0,0,"child",[0,10,10,"base"]]
do=change: [1,2,3,1,1,2,1,1,1,2,1,2,1,1,1,1,1]
do=read: [[2,13,13,"base"],[2,13,20,"base"],[2,13,32,"base"],[2,13,32,"base"],1,10,10,0,0,1,5,0,"changed",[2,13,13,"base"]]
do=change: [4,5,6,3,1,4,2,3,2,4,1,2,2,2,2,2,1]
do=read: [[4,16,16,"base"],[4,16,20,"base"],[4,16,34,"base"],[4,16,34,"base"],2,20,20,0,0,2,10,0,"changed",[4,16,16,"base"]]
