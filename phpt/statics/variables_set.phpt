--TEST--
A static variable that ext/uopz has given another value than a reference is published with that
--EXTENSIONS--
static_cache
--SKIPIF--
<?php
if (!extension_loaded('uopz') && !is_file(ini_get('extension_dir') . '/uopz.so')) die('skip needs ext/uopz');
?>
--FILE--
<?php
require __DIR__ . '/../helpers/statics.inc';
$ini = (extension_loaded('uopz') ? [] : ['extension' => 'uopz']) + ['uopz.exit' => 1];
in_hosts('<?php' . PUBLISHED . '
#[OPcache\PinnedStatic]
class P
{
    public static $other = 0;
    public static function hit() { static $calls = 0, $list = [1]; $list[] = ++$calls; return $calls . json_encode($list); }
}
switch ($_GET["do"]) {
    case "hit": echo P::hit(); break;
    case "set": uopz_set_static("P", "hit", ["calls" => 100, "list" => [1]]); break;
    case "set to an array": uopz_set_static("P", "hit", ["calls" => 100, "list" => [[2], 3]]); break;
    case "hit, then set": P::hit(); uopz_set_static("P", "hit", ["calls" => 200, "list" => []]); break;
    case "publish": uopz_set_static("P", "hit", ["calls" => 300, "list" => []]); echo OPcache\static_publish(), OPcache\static_publish(); break;
    case "same": uopz_set_static("P", "hit", uopz_get_static("P", "hit")); break;
    case "other": P::$other++; break;
}
echo published();
', each_of('do=hit', 'do=hit', 'do=set', 'do=other', 'do=hit', 'do=set+to+an+array', 'do=same', 'do=hit', 'do=hit,+then+set', 'do=hit', 'do=publish', 'do=hit', 'do=read'), $ini);
?>
--EXPECT--
do=hit: 1[1,1][0+0]
do=hit: 2[1,1,2][1+0]
do=set: [2+0]
do=other: [3+0]
do=hit: 101[1,101][4+0]
do=set+to+an+array: [5+0]
do=same: [6+0]
do=hit: 101[[2],3,101][6+0]
do=hit,+then+set: [7+0]
do=hit: 201[201][8+0]
do=publish: 10[10+0]
do=hit: 301[301][10+0]
do=read: [11+0]
