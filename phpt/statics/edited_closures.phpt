--TEST--
The code of closures in defaults is part of the declaration, whoever compiles it and whatever is loaded before
--EXTENSIONS--
static_cache
--SKIPIF--
<?php if (PHP_VERSION_ID < 80500) die('skip no closures in defaults before PHP 8.5'); ?>
--FILE--
<?php
require __DIR__ . '/../helpers/statics.inc';
// Each is another declaration than the one before.
$different = [
    'static function () { return 1; }', 'static function () { return 2; }', 'static function () { return "2"; }', 'static function () { return one(); }', 'static function () { return two(); }',
    'static function ($p) { return one($p); }', 'static function ($q) { return one($q); }', 'static function ($q) { return one($q + 1); }', 'static function ($p = 1) { return $p; }',
    'static function ($p = 2) { return $p; }', 'static function ($p) { return $p + 1; }', 'static function ($p) { return $p - 1; }', 'static function ($p) { return trim($p); }',
    'static function ($p) { return ltrim($p); }', 'static function ($p) { return array_map(static fn ($x) => $x + 1, $p); }', 'static function ($p) { return array_map(static fn ($x) => $x + 2, $p); }',
    'static function ($p) { return match ($p) { 1 => 2, default => 3 }; }', 'static function ($p) { return match ($p) { 2 => 2, default => 3 }; }', 'static function () { return self::A; }',
    'static function () { return self::class; }', '[static function () { return 1; }, "k" => 1]', '[static function () { return 2; }, "k" => 1]', '[1, static function () { return 2; }]',
    '[1, "k" => static function () { return 2; }]', 'A ? static function () { return 2; } : null', 'A ? static function () { return 3; } : null', 'A ? null : static function () { return 3; }',
    'one(...)', 'two(...)', 'self::make(...)', 'self::build(...)', 'Built::build(...)', 'strlen(...)', 'null', '[1]',
];
// All are the same.
$same = ['static function ($p) { return one($p); }', 'static function ($p) { return One($p); }', "static  function(\$p)\n{\n    // Says the same.\n    return \\one(\n \$p ); }"];
$folder = new Folder(['functions.php' => '<?php
function one(...$a) { return 1; }
function two(...$a) { return 2; }
class Built { static function build() {} }
const A = 1;
']);
$write = fn(string $default) => $folder->write('class.php', "<?php
#[OPcache\\PinnedStatic]
class C
{
    const A = 1;
    public static \$n = 0;
    public static \$f = $default;
    static function make() {}
    static function build() {}
}
");
in_hosts('<?php
if (isset($_GET["known"])) { include "' . $folder->path . '/functions.php"; }
include "' . $folder->path . '/class.php";
if (!isset($_GET["known"])) { include "' . $folder->path . '/functions.php"; }
C::$f = "set";
echo ++C::$n, " ";
', function (callable $get) use ($folder, $write, $different, $same) {
    foreach ($different as $default) {
        $write($default);
        $said = $get('known') . $get('') . $get('known');
        // OPcache neither caches a file that was written a moment ago nor uses what it has cached of it.
        touch("$folder->path/class.php", time() + 1000);
        $said .= $get('known') . $get('');
        if ($said !== '1 2 3 4 5 ') {
            echo "$default: $said\n";
        }
    }
    foreach ($same as $default) {
        $write($default);
        echo $get('known'), $get('');
    }
}, ['opcache.revalidate_freq' => '0', 'opcache.file_update_protection' => '2']);
?>
--EXPECT--
1 2 3 4 5 6
