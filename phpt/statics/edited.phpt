--TEST--
A class whose declaration was edited starts fresh in the request that first sees the new code, however OPcache learns of it
--EXTENSIONS--
static_cache
--FILE--
<?php
require __DIR__ . '/../helpers/statics.inc';
$versions = [
    'first' => 'class Parent_ {} #[OPcache\PinnedStatic] class C extends Parent_ { public static ?int $n = null; public static $list = [1, 2]; public static function m() { static $k = 0; return ++$k; } public static function bump() { self::$list[] = 3; return self::$n = (self::$n ?? 0) + 1; } }',
    'same' => 'class Parent_ {}  // a comment, and another line
        #[OPcache\PinnedStatic] class C extends Parent_ { public static ?int $n = null; public static $list = [1, 2]; public static function m() { static $k = 0; return ++$k; } public static function bump() { self::$list[] = 3; return self::$n = (self::$n ?? 0) + 1; } public function more() {} const X = 1; public $instance; }',
    'type' => 'class Parent_ {} #[OPcache\PinnedStatic] class C extends Parent_ { public static ?float $n = null; public static $list = [1, 2]; public static function m() { static $k = 0; return ++$k; } public static function bump() { self::$list[] = 3; return self::$n = (self::$n ?? 0) + 1; } }',
    'default' => 'class Parent_ {} #[OPcache\PinnedStatic] class C extends Parent_ { public static ?int $n = null; public static $list = [1, 4]; public static function m() { static $k = 0; return ++$k; } public static function bump() { self::$list[] = 3; return self::$n = (self::$n ?? 0) + 1; } }',
    'name' => 'class Parent_ {} #[OPcache\PinnedStatic] class C extends Parent_ { public static ?int $m = null; public static $list = [1, 2]; public static function m() { static $k = 0; return ++$k; } public static function bump() { self::$list[] = 3; return self::$m = (self::$m ?? 0) + 1; } }',
    'visibility' => 'class Parent_ {} #[OPcache\PinnedStatic] class C extends Parent_ { protected static ?int $n = null; public static $list = [1, 2]; public static function m() { static $k = 0; return ++$k; } public static function bump() { self::$list[] = 3; return self::$n = (self::$n ?? 0) + 1; } }',
    'variable' => 'class Parent_ {} #[OPcache\PinnedStatic] class C extends Parent_ { public static ?int $n = null; public static $list = [1, 2]; public static function m() { static $k = 5; return ++$k; } public static function bump() { self::$list[] = 3; return self::$n = (self::$n ?? 0) + 1; } }',
    'expression' => 'class Parent_ {} #[OPcache\PinnedStatic] class C extends Parent_ { public static ?int $n = null; public static $list = [1, self::X]; const X = 2; public static function m() { static $k = 0; return ++$k; } public static function bump() { self::$list[] = 3; return self::$n = (self::$n ?? 0) + 1; } }',
    'other expression' => 'class Parent_ {} #[OPcache\PinnedStatic] class C extends Parent_ { public static ?int $n = null; public static $list = [1, self::Y]; const X = 2, Y = 2; public static function m() { static $k = 0; return ++$k; } public static function bump() { self::$list[] = 3; return self::$n = (self::$n ?? 0) + 1; } }',
    'parent' => 'class Parent_ {} #[OPcache\PinnedStatic] class C { public static ?int $n = null; public static $list = [1, 2]; public static function m() { static $k = 0; return ++$k; } public static function bump() { self::$list[] = 3; return self::$n = (self::$n ?? 0) + 1; } }',
    'without' => 'class Parent_ {} #[OPcache\PinnedStatik] class C extends Parent_ { public static ?int $n = null; public static $list = [1, 2]; public static function m() { static $k = 0; return ++$k; } public static function bump() { self::$list[] = 3; return self::$n = (self::$n ?? 0) + 1; } }',
];
$folder = new Folder;
$run = function (callable $get) use ($folder, $versions) {
    foreach ($versions as $name => $code) {
        $folder->write('class.php', "<?php $code");
        echo "$name: ", $get('file=class.php'), ' ', $get('file=class.php'), ' ', $get('file=class.php'), "\n";
    }
    $folder->write('class.php', "<?php {$versions['first']}");
    $folder->write('moved.php', "<?php {$versions['first']}");
    echo 'another file: ', $get('file=class.php'), ' ', $get('file=moved.php'), ' ', $get('file=moved.php'), "\n";
};
$script = '<?php
include "' . $folder->path . '/" . $_GET["file"];
echo C::m(), ":", C::bump(), ":", count(C::$list);
';
in_hosts($script, $run, ['opcache.revalidate_freq' => '0']);
// The same when OPcache's memory is made new, by another pool, whose resets do not clear this one's caches: what is compiled
// next lies where something else lay.
if (without_fpm() === null) {
    $fpm = new Fpm(['one' => [], 'two' => []], str_replace('<?php', '<?php if (isset($_GET["reset"])) { opcache_reset(); exit; }', $script), ['arguments' => ['-d', 'opcache.validate_timestamps=0']]);
    foreach (['first', 'default', 'first', 'same', 'without', 'first', 'expression', 'other expression'] as $name) {
        $folder->write('class.php', "<?php {$versions[$name]}");
        $fpm->get('two', 'reset=1');
        // OPcache restarts when a request begins while none is running.
        $fpm->get('two', 'file=class.php');
        echo $fpm->get('one', 'file=class.php'), ' ', $fpm->get('one', 'file=class.php'), "\n";
    }
} else {
    echo "1:1:3 2:2:4\n1:1:3 2:2:4\n1:1:3 2:2:4\n3:3:5 4:4:6\n1:1:3 1:1:3\n5:5:7 6:6:8\n1:1:3 2:2:4\n1:1:3 2:2:4\n";
}
?>
--EXPECT--
first: 1:1:3 2:2:4 3:3:5
same: 4:4:6 5:5:7 6:6:8
type: 1:1:3 2:2:4 3:3:5
default: 1:1:3 2:2:4 3:3:5
name: 1:1:3 2:2:4 3:3:5
visibility: 1:1:3 2:2:4 3:3:5
variable: 6:1:3 7:2:4 8:3:5
expression: 1:1:3 2:2:4 3:3:5
other expression: 1:1:3 2:2:4 3:3:5
parent: 1:1:3 2:2:4 3:3:5
without: 1:1:3 1:1:3 1:1:3
another file: 1:1:3 1:1:3 2:2:4
1:1:3 2:2:4
1:1:3 2:2:4
1:1:3 2:2:4
3:3:5 4:4:6
1:1:3 1:1:3
5:5:7 6:6:8
1:1:3 2:2:4
1:1:3 2:2:4
