--TEST--
Initialisers of static variables that are code are part of the declaration (PHP 8.3), whoever compiles them and whatever is loaded before
--EXTENSIONS--
static_cache
--SKIPIF--
<?php
if (PHP_VERSION_ID < 80300) die('skip needs PHP 8.3');
?>
--FILE--
<?php
require __DIR__ . '/../helpers/statics.inc';
// Each is another declaration than the one before.
$different = [
    'one()', 'two()', 'one(1)', 'one(2)', 'one("1")', 'one(name: 1)', 'one(...[1])', 'one($p)', 'one($q)', 'one($p[1])', 'one($p[2])', 'one($q->p)', 'one($q->q)',
    '(string) one()', '(int) one()', 'one() + 1', 'one() - 1', 'one() ?: 1', 'one() ?? 1', '!one()', '[one()]', '[1, one()]', '["a" => one()]', '["b" => one()]', '"a" . one()',
    '"b{$p}"', '"b{$p}c"', 'trim($p)', 'ltrim($p)', 'strlen($p)', 'is_int($p)', 'is_string($p)', 'in_array($p, [1])', 'in_array($p, [2])', 'sprintf("%s", $p)', 'sprintf("%d", $p)',
    'array_map(fn($x) => $x + 1, [1])', 'array_map(fn($x) => $x + 2, [1])', 'array_map(fn($x) => one($x), [1])', 'array_map(fn($x) => two($x), [1])',
    'new Built', 'new Built(1)', 'new Built(2)', 'new Other(2)', 'new self', 'new static', 'self::make()', 'static::make()', 'self::build()', 'Built::build()', 'Built::make()',
    '(new Built)->run()', '(new Built)->go()', '(new Built)?->go()', 'self::$s', 'static::$s', 'Built::$s', 'Built::$s[0]', 'Built::$t', 'self::A . $p', 'static::A . $p', 'Built::class . $p',
    'match ($p) { 1 => one(), default => 2 }', 'match ($p) { 2 => one(), default => 2 }', 'match ($p) { "a" => 1, "b" => 2, "c" => 3, default => 4 }', 'match ($p) { "a" => 1, "b" => 2, "d" => 3, default => 4 }',
    '$p ? one() : two()', '$p ? two() : one()', '$p instanceof Built', '$p instanceof Other', 'clone $q', '$p = 1', '$p .= 1', '$p += 1', 'GIVEN . $p', 'GIVES . $p', 'max(...$p)', 'min(...$p)', 'null', '1', '',
];
// All are the same.
$same = ['one($p)', 'One($p)', '\\one($p)', 'one(   $p /* */)', "one(\n\$p,\n)"];
$folder = new Folder(['functions.php' => '<?php
function one($p = 0, &...$a) { return 1; }
function two(...$a) { return 2; }
class Built { static $s, $t; static function make() {} static function build() {} function run() {} function go() {} }
class Other {}
const GIVEN = 1, GIVES = 2;
']);
$write = fn(string $initialiser) => $folder->write('class.php', '<?php
#[OPcache\PinnedStatic]
class C
{
    const A = 1;
    public static $n = 0, $s;
    static function make() {}
    static function build() {}
    function m($p = 1, $q = 2) { static $k' . ($initialiser === '' ? '' : " = $initialiser") . '; return $k; }
}
');
in_hosts('<?php
if (isset($_GET["known"])) { include "' . $folder->path . '/functions.php"; }
include "' . $folder->path . '/class.php";
echo ++C::$n, " ";
', function (callable $get) use ($folder, $write, $different, $same) {
    foreach ($different as $initialiser) {
        $write($initialiser);
        $said = $get('known') . $get('') . $get('known');
        // OPcache neither caches a file that was written a moment ago nor uses what it has cached of it.
        touch("$folder->path/class.php", time() + 1000);
        $said .= $get('known') . $get('');
        if ($said !== '1 2 3 4 5 ') {
            echo "$initialiser: $said\n";
        }
    }
    foreach ($same as $initialiser) {
        $write($initialiser);
        echo $get('known'), $get('');
    }
}, ['opcache.revalidate_freq' => '0', 'opcache.file_update_protection' => '2']);
// What is run is what is written.
in_hosts('<?php
function one() { return "one"; }
function two() { return "two"; }
include "' . $folder->path . '/method.php";
echo C::m(), " ";
', function (callable $get) use ($folder) {
    foreach ([' = one()', ' = two()', '', ' = two()'] as $initialiser) {
        $folder->write('method.php', '<?php class C { #[OPcache\PinnedStatic] static function m() { static $n = 0; static $k' . $initialiser . '; return ++$n . ($k ?? "null"); } }');
        echo $get(''), $get('');
    }
}, ['opcache.revalidate_freq' => '0']);
?>
--EXPECT--
1 2 3 4 5 6 7 8 9 10 1one 2one 1two 2two 1null 2null 1two 2two
