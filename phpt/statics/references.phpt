--TEST--
References between statics, and from statics to what is in them
--EXTENSIONS--
static_cache
--FILE--
<?php
require __DIR__ . '/../helpers/statics.inc';
in_hosts('<?php' . PUBLISHED . '
#[OPcache\PinnedStatic]
class Linked
{
    public static int $a = 1;
    public static int $b = 2;
    public static $list = [];
    public static $alone = 1;
    public static function variable() { static $n = 0; return $n; }
    public static function share() { static $n = 0; self::$list["n"] = &$n; }
    public static function look() { return json_encode([self::$a, self::$b, self::$list, self::$alone, self::variable()]); }
}
switch ($_GET["do"]) {
    case "link":
        Linked::$b = &Linked::$a;
        Linked::$list["a"] = &Linked::$a;
        Linked::$list["x"] = [1];
        Linked::$list["y"] = &Linked::$list["x"];
        $local = &Linked::$alone;
        $local = 5;
        Linked::share();
        break;
    case "write":
        Linked::$a = 10;
        Linked::$list["y"][] = 2;
        try { Linked::$list["a"] = "text"; } catch (TypeError $e) { echo $e->getMessage(), " "; }
        break;
    case "through":
        $copy = Linked::$list;
        $copy["a"] = 11;
        break;
    case "unlink":
        $b = Linked::$b;
        unset(Linked::$list["a"], Linked::$list["x"]);
        $other = 3;
        Linked::$b = &$other;
        Linked::$a = 4;
        break;
}
gc_collect_cycles();
echo Linked::look(), published();
', each_of('do=read', 'do=link', 'do=read', 'do=read', 'do=write', 'do=read', 'do=through', 'do=read', 'do=unlink', 'do=read', 'do=read'));
?>
--EXPECT--
do=read: [1,2,[],1,0][0+0]
do=link: [1,1,{"a":1,"x":[1],"y":[1],"n":0},5,0][0+0]
do=read: [1,1,{"a":1,"x":[1],"y":[1],"n":0},5,0][1+0]
do=read: [1,1,{"a":1,"x":[1],"y":[1],"n":0},5,0][1+0]
do=write: Cannot assign string to reference held by property Linked::$a of type int [10,10,{"a":10,"x":[1,2],"y":[1,2],"n":0},5,0][1+0]
do=read: [10,10,{"a":10,"x":[1,2],"y":[1,2],"n":0},5,0][2+0]
do=through: [11,11,{"a":11,"x":[1,2],"y":[1,2],"n":0},5,0][2+0]
do=read: [11,11,{"a":11,"x":[1,2],"y":[1,2],"n":0},5,0][3+0]
do=unlink: [4,3,{"y":[1,2],"n":0},5,0][3+0]
do=read: [4,3,{"y":[1,2],"n":0},5,0][4+0]
do=read: [4,3,{"y":[1,2],"n":0},5,0][4+0]
