--TEST--
What a file is compiled with is no edit of it: functions that are known by then, what the process has compiled before
--EXTENSIONS--
static_cache
--SKIPIF--
<?php if (PHP_VERSION_ID < 80300) die('skip no code in initialisers before PHP 8.3'); ?>
--FILE--
<?php
require __DIR__ . '/../helpers/statics.inc';
$folder = new Folder(['functions.php' => '<?php
function made(int $a = 0, int $b = 0, int ...$more) { return $a + $b; }
final class Made { static function of(int $a = 0, int $b = 0) { return $a + $b; } }
']);
$write = fn(string $initialiser) => $folder->write('class.php', "<?php
#[OPcache\\PinnedStatic]
class C
{
    static function next() { static \$made = $initialiser; static \$n = 0; return ++\$n; }
}
");
in_hosts('<?php
if (isset($_GET["known"])) { include "' . $folder->path . '/functions.php"; }
include "' . $folder->path . '/class.php";
if (!isset($_GET["known"])) { include "' . $folder->path . '/functions.php"; }
echo C::next(), " ";
', function (callable $get) use ($folder, $write) {
    foreach (['(new class { public $v = 1; })->v', '(function () { return (new class extends ArrayObject {})->count(); })()', 'made(a: 1, b: 2)', 'Made::of(a: 1, b: 2)',
        'made(b: 2, a: 1)', '(fn () => made(a: 1, b: 2))()', 'made(1, 2, 3)', 'made(...[1, 2])'] as $initialiser) {
        $write($initialiser);
        $said = $get('known') . $get('') . $get('known') . $get('');
        touch("$folder->path/class.php", time() + 1000);
        $said .= $get('known') . $get('') . $get('known');
        echo "$initialiser: $said\n";
    }
}, ['opcache.revalidate_freq' => '0', 'opcache.file_update_protection' => '2']);
?>
--EXPECT--
(new class { public $v = 1; })->v: 1 2 3 4 5 6 7 
(function () { return (new class extends ArrayObject {})->count(); })(): 1 2 3 4 5 6 7 
made(a: 1, b: 2): 1 2 3 4 5 6 7 
Made::of(a: 1, b: 2): 1 2 3 4 5 6 7 
made(b: 2, a: 1): 1 2 3 4 5 6 7 
(fn () => made(a: 1, b: 2))(): 1 2 3 4 5 6 7 
made(1, 2, 3): 1 2 3 4 5 6 7 
made(...[1, 2]): 1 2 3 4 5 6 7 
