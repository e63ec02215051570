--TEST--
Delete, clear, reset and invalidate take state away, each in its scope; this request publishes again what it changes after a delete or a clear
--EXTENSIONS--
static_cache
--FILE--
<?php
require __DIR__ . '/../helpers/statics.inc';
$folder = new Folder(['other.php' => '<?php class Other { #[OPcache\PinnedStatic] public static $p = 0; #[OPcache\VolatileStatic] public static $v = 0; }']);
in_hosts('<?php
namespace App\Models;
use OPcache\{PinnedStatic, VolatileStatic};
use function OPcache\{pinned_clear, pinned_delete, pinned_delete_array, pinned_exists, pinned_keys, pinned_store, static_publish, volatile_clear, volatile_delete, pinned_delete_prefix};
const OTHER = "' . $folder->path . '/other.php";
require OTHER;
class User
{
    #[PinnedStatic] public static $p = 0;
    #[PinnedStatic] public static $q = 0;
    #[VolatileStatic] public static $v = 0;
    #[PinnedStatic] public static function m($up = 0) { static $n = 0; return $n += $up; }
}
#[PinnedStatic] class UserGroup { public static $n = 0; }
$up = function () { User::$p++; User::$q++; User::$v++; User::m(1); UserGroup::$n++; \Other::$p++; \Other::$v++; };
$do = [
    "read" => fn() => null, "up" => $up,
    "delete pinned" => function () use ($up) { $up(); return pinned_delete(User::class); },
    "delete volatile, other case" => fn() => volatile_delete("\\\\APP\\\\models\\\\USER"),
    "delete without loading" => fn() => pinned_delete_array(["other", "app\\\\models\\\\usergroup"]),
    "delete and up" => function () use ($up) { pinned_delete(User::class); $up(); },
    "delete and publish" => function () use ($up) { pinned_delete(User::class); $up(); return static_publish(User::class); },
    "clear pinned" => function () use ($up) { $up(); return pinned_clear(); },
    "clear volatile" => function () use ($up) { $r = volatile_clear(); $up(); return $r; },
    "reset" => function () use ($up) { $up(); \opcache_reset(); $up(); return static_publish(); },
    "invalidate" => function () use ($up) { $up(); \opcache_invalidate(OTHER, true); $up(); return static_publish("Other"); },
    "key of that name" => function () { pinned_store("app\\\\models\\\\user", 1); pinned_store(User::class, 2); $r = [pinned_keys("", 9), pinned_delete_prefix("")]; sort($r[0]); return $r; },
];
$r = $do[$_GET["do"]]();
echo json_encode([User::$p, User::$q, User::$v, User::m(), UserGroup::$n, \Other::$p, \Other::$v]), $r === null ? "" : " " . json_encode($r);
', each_of(...array_map(fn($do) => 'do=' . urlencode($do), [
    'up', 'up', 'read', 'delete pinned', 'read', 'up', 'delete volatile, other case', 'read', 'up', 'delete without loading', 'read', 'up', 'delete and up', 'read', 'delete and publish', 'read',
    'clear pinned', 'read', 'up', 'clear volatile', 'read', 'up', 'reset', 'read', 'up', 'invalidate', 'read', 'up', 'key of that name', 'read',
])));
?>
--EXPECT--
do=up: [1,1,1,1,1,1,1]
do=up: [2,2,2,2,2,2,2]
do=read: [2,2,2,2,2,2,2]
do=delete+pinned: [3,3,3,3,3,3,3] true
do=read: [0,0,3,0,3,3,3]
do=up: [1,1,4,1,4,4,4]
do=delete+volatile%2C+other+case: [1,1,4,1,4,4,4] true
do=read: [1,1,0,1,4,4,4]
do=up: [2,2,1,2,5,5,5]
do=delete+without+loading: [2,2,1,2,5,5,5] true
do=read: [2,2,1,2,0,0,5]
do=up: [3,3,2,3,1,1,6]
do=delete+and+up: [4,4,3,4,2,2,7]
do=read: [4,4,3,4,2,2,7]
do=delete+and+publish: [5,5,4,5,3,3,8] 4
do=read: [5,5,4,5,3,3,8]
do=clear+pinned: [6,6,5,6,4,4,9] true
do=read: [0,0,5,0,0,0,9]
do=up: [1,1,6,1,1,1,10]
do=clear+volatile: [2,2,7,2,2,2,11] true
do=read: [2,2,7,2,2,2,11]
do=up: [3,3,8,3,3,3,12]
do=reset: [5,5,10,5,5,5,14] 0
do=read: [0,0,0,0,0,0,0]
do=up: [1,1,1,1,1,1,1]
do=invalidate: [3,3,3,3,3,3,3] 0
do=read: [3,3,3,3,3,0,0]
do=up: [4,4,4,4,4,1,1]
do=key+of+that+name: [4,4,4,4,4,1,1] [["App\\Models\\User","app\\models\\user"],2]
do=read: [4,4,4,4,4,1,1]
