--TEST--
Static arrays that hold themselves without a reference are restored as such, and published when they were changed
--EXTENSIONS--
static_cache
--FILE--
<?php
require __DIR__ . '/../helpers/statics.inc';
in_hosts('<?php' . PUBLISHED . '
use OPcache\{CacheStrategy, PinnedStatic, VolatileStatic};
class Plain { public $n = 0; public $list = []; }
#[PinnedStatic]
class Pinned
{
    public static $array = ["a" => 1, "k" => [1]];
    public static $alone = [];
    public static ?Plain $plain = null;
    public static function &in() { return self::$array; }
    public static function &method() { static $of = ["n" => 1]; return $of; }
}
#[VolatileStatic(strategy: CacheStrategy::Tracking)]
class Tracked
{
    public static $array = ["t" => 1];
    public static ?Plain $plain = null;
    public static function &in() { return self::$array; }
}
function itself(&$in, $more = []) { foreach ($more as $key => $value) $in[$key] = $value; $in["self"] = $in; $b = &$in; $in["again"] = $b; }
function show(...$values) { foreach ($values as $v) echo strlen(print_r($v, true)), "/", is_array($v) ? @count($v, COUNT_RECURSIVE) : "-", " "; echo "\n"; }
switch ($_GET["do"]) {
    case "make":
        $r = &Pinned::in(); itself($r); unset($r);
        $r = &Pinned::method(); itself($r, ["l" => [1, 2]]); unset($r);
        $g = &Pinned::$alone["r"]; $g = ["in", Pinned::$alone]; unset($g);
        $shared = "s";
        $r = &Tracked::in(); $r["o"] = Tracked::$plain = new Plain; $r["ref"] = &$shared; $r["also"] = &$shared; itself($r); unset($r);
        $r = &Tracked::$plain->list; itself($r, [Tracked::$plain]); unset($r);
        Pinned::$plain = Tracked::$plain;
        break;
    case "unread":
        break;
    case "read":
        var_dump(Pinned::$array["again"]["a"], Tracked::$array["again"]["o"]->n, Pinned::$plain->list["again"][0] === Pinned::$plain);
        break;
    case "write":
        Pinned::$array["again"]["a"] = 2;
        break;
    case "within":
        $o = Tracked::$array["again"]["again"]["o"];
        $o->n++;
        break;
    case "by reference":
        Tracked::$array["ref"] = "other";
        break;
    case "publish":
        echo OPcache\static_publish(), OPcache\static_publish();
        Pinned::method()["l"] = 3;
        $r = &Pinned::method(); $r["l"] = 3; $r["self"] = 0; unset($r);
        echo OPcache\static_publish(), OPcache\static_publish(), "\n";
        break;
}
show(Pinned::$array, Pinned::method(), Pinned::$alone, Pinned::$plain, Tracked::$array, Tracked::$plain);
echo published();
', each_of('do=make', 'do=unread', 'do=read', 'do=write', 'do=unread', 'do=within', 'do=unread', 'do=by+reference', 'do=unread', 'do=publish', 'do=unread'));
?>
--EXPECT--
do=make: 269/8 319/10 108/3 276/- 1069/10 276/- 
[0+0]
do=unread: 269/8 319/10 108/3 276/- 1069/10 276/- 
[1+1]
do=read: int(1)
int(0)
bool(true)
269/8 319/10 108/3 276/- 1069/10 276/- 
[1+1]
do=write: 1155/24 319/10 108/3 276/- 1069/10 276/- 
[1+1]
do=unread: 1155/24 319/10 108/3 276/- 1069/10 276/- 
[2+1]
do=within: 1155/24 319/10 108/3 276/- 1069/10 276/- 
[2+1]
do=unread: 1155/24 319/10 108/3 276/- 1069/10 276/- 
[2+2]
do=by+reference: 1155/24 319/10 108/3 276/- 2456/20 276/- 
[2+2]
do=unread: 1155/24 319/10 108/3 276/- 2456/20 276/- 
[2+3]
do=publish: 0010
1155/24 531/14 108/3 276/- 2456/20 276/- 
[3+3]
do=unread: 1155/24 531/14 108/3 276/- 2456/20 276/- 
[3+3]
