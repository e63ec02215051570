--TEST--
Static state is published after a SoapFault was caught, also where a class is loaded meanwhile
--EXTENSIONS--
static_cache
--SKIPIF--
<?php
if (!extension_loaded('soap') && !is_file(ini_get('extension_dir') . '/soap.so')) die('skip needs ext/soap');
?>
--FILE--
<?php
require __DIR__ . '/../helpers/statics.inc';
// A class whose restore has to wait for the end of the compilation that a stream wrapper's SoapFault falls into.
$folder = new Folder(['counted.php' => '<?php class Item { public $v = 0; function __wakeup() { $this->v += 100; } } #[OPcache\PinnedStatic] class Counted { public static ?Item $item = null; }']);
$ini = extension_loaded('soap') ? [] : ['extension' => 'soap'];
in_hosts('<?php
#[OPcache\PinnedStatic]
class A { public static $n = 0; }
class Source
{
    public $context;
    private $file;
    public function stream_open($path): bool { catch_fault(); $this->file = fopen("' . $folder->path . '/" . substr($path, 6), "r"); return true; }
    public function stream_read(int $count): string { return fread($this->file, $count); }
    public function stream_eof(): bool { return feof($this->file); }
    public function stream_stat(): array { return []; }
    public function stream_set_option(): bool { return false; }
    public function stream_close(): void {}
}
function catch_fault(): void
{
    try {
        new SoapClient("/nonexistent.wsdl");
    } catch (SoapFault $fault) {
        echo "caught ";
    }
}
ini_set("log_errors", 0);
stream_wrapper_register("soap", "Source");
switch ($_GET["do"]) {
    case "caught": A::$n++; catch_fault(); break;
    case "published at once": A::$n++; catch_fault(); OPcache\static_publish(); break;
    case "not caught": A::$n++; ini_set("display_errors", 0); new SoapClient("/nonexistent.wsdl"); break;
    case "in a compilation": include "soap://counted.php"; Counted::$item ??= new Item; echo Counted::$item->v; exit;
}
echo A::$n, " ", OPcache\pinned_cache_info()->publish_failures;
', each_of('do=caught', 'do=read', 'do=published+at+once', 'do=read', 'do=not+caught', 'do=read', 'do=in+a+compilation', 'do=in+a+compilation'), $ini);
?>
--EXPECT--
do=caught: caught 1 0
do=read: 1 0
do=published+at+once: caught 2 0
do=read: 2 0
do=not+caught: 
do=read: 2 0
do=in+a+compilation: caught 0
do=in+a+compilation: caught 100
