--TEST--
opcache_invalidate() means the file that include would take: in the include path, beside the script, by a stream wrapper
--EXTENSIONS--
static_cache
--FILE--
<?php
require __DIR__ . '/../helpers/statics.inc';
$class = fn(string $name) => '<?php #[OPcache\PinnedStatic] class ' . $name . ' { public static int $n = 0; }';
$folder = new Folder([
    'absolute.php' => $class('Absolute'), 'beside.php' => $class('Beside'), 'included.php' => $class('Included'),
    'scheme.php' => $class('Scheme'), 'gone.php' => $class('Gone'),
    'run.php' => '<?php require __DIR__ . "/beside.php"; if (isset($_GET["beside"])) opcache_invalidate("beside.php", true);',
]);
// A phar, as its simplest form is: a list of files and a checksum of it all.
$file = $class('InPhar');
$manifest = pack('VnVV', 1, 0x1100, 0x10000, 0) . pack('V', 0)
    . pack('V', 5) . 'c.php' . pack('VVVVVV', strlen($file), 1000, strlen($file), crc32($file), 0644, 0);
$phar = "<?php __HALT_COMPILER(); ?>\r\n" . pack('V', strlen($manifest)) . $manifest . $file;
file_put_contents("$folder->path/p.phar", $phar . sha1($phar, true) . pack('V', 2) . 'GBMB');
in_hosts('<?php
class Memory
{
    public $context;
    private int $at = 0;
    const TEXT = \'' . $class('InMemory') . '\';
    function stream_open($path, $mode, $options, &$opened) { return true; }
    function stream_read($count) { $part = substr(self::TEXT, $this->at, $count); $this->at += strlen($part); return $part; }
    function stream_eof() { return $this->at >= strlen(self::TEXT); }
    function stream_stat() { return ["size" => strlen(self::TEXT), "mtime" => 1000, "mode" => 0100644]; }
    function url_stat($path, $flags) { return $this->stream_stat(); }
    function stream_set_option($option, $one, $two) { return false; }
}
stream_wrapper_register("memory", "Memory");
$folder = ' . var_export($folder->path, true) . ';
set_include_path($folder);
require "$folder/absolute.php";
require "$folder/run.php";
require "included.php";
require "$folder/scheme.php";
if (is_file("$folder/gone.php")) require "$folder/gone.php";
require "memory://a.php";
$names = ["Absolute" => "$folder/./absolute.php", "Beside" => "", "Included" => "included.php", "Scheme" => "file://$folder/scheme.php", "Gone" => "$folder/gone.php", "InMemory" => "memory://a.php"];
$phars = extension_loaded("phar");
if ($phars) require "phar://$folder/p.phar/c.php";
foreach ($names as $class => $name) {
    if (class_exists($class, false)) echo "$class ", ++$class::$n, ", ";
    if (isset($_GET[$class])) opcache_invalidate($name, true);
}
// Not every PHP has phars: here they are as streams of memory.
if ($phars && ++InPhar::$n !== InMemory::$n) echo "InPhar ", InPhar::$n;
if ($phars && isset($_GET["InMemory"])) opcache_invalidate("phar://$folder/p.phar/c.php", true);
', function (callable $get) use ($folder, $class) {
    foreach (['', '', 'beside=1', '', 'Absolute=1&Included=1&Scheme=1', '', 'InMemory=1', ''] as $query) {
        echo rtrim($get($query), ', '), "\n";
    }
    // A file that is gone, and comes back.
    unlink("$folder->path/gone.php");
    $get('Gone=1');
    $folder->write('gone.php', $class('Gone'));
    echo $get(''), "\n";
}, ['opcache.revalidate_freq' => 0]);
?>
--EXPECT--
Absolute 1, Beside 1, Included 1, Scheme 1, Gone 1, InMemory 1
Absolute 2, Beside 2, Included 2, Scheme 2, Gone 2, InMemory 2
Absolute 3, Beside 3, Included 3, Scheme 3, Gone 3, InMemory 3
Absolute 4, Beside 1, Included 4, Scheme 4, Gone 4, InMemory 4
Absolute 5, Beside 2, Included 5, Scheme 5, Gone 5, InMemory 5
Absolute 1, Beside 3, Included 1, Scheme 1, Gone 6, InMemory 6
Absolute 2, Beside 4, Included 2, Scheme 2, Gone 7, InMemory 7
Absolute 3, Beside 5, Included 3, Scheme 3, Gone 8, InMemory 1
Absolute 5, Beside 7, Included 5, Scheme 5, Gone 1, InMemory 3, 
