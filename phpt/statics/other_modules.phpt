--TEST--
Methods that are called while static state is published may use other modules, whichever php.ini loads first
--EXTENSIONS--
static_cache
--SKIPIF--
<?php
if (!extension_loaded('phar') && !is_file(ini_get('extension_dir') . '/phar.so')) die('skip needs phar');
?>
--FILE--
<?php
require __DIR__ . '/../helpers/statics.inc';
// Where phar is a file, it is loaded after the module that is tested.
in_hosts('<?php
final class Packed
{
    public function __construct(public string $text) {}
    private static function archive(): string { return sys_get_temp_dir() . "/static-cache-" . getmypid() . ".tar"; }
    public static function open(): PharData { return new PharData(self::archive()); }
    public static function delete(): void { unlink(self::archive()); }
    public function __serialize(): array
    {
        $archive = self::open();
        $archive["text"] = $this->text;
        return [file_get_contents("phar://" . self::archive() . "/text")];
    }
    public function __unserialize(array $data): void { [$this->text] = $data; }
}
#[OPcache\PinnedStatic] class Kept { public static ?Packed $packed = null; }
if (isset($_GET["set"])) {
    Kept::$packed = new Packed("text {$_GET["set"]}");
} elseif (isset($_GET["delete"])) {
    Packed::delete();
}
echo Kept::$packed?->text, " ", isset($_GET["look"]) ? count(Packed::open()) : "", "\n";
', function (callable $get) {
    foreach (['set=1', 'look', 'set=2', 'look', 'set=3', 'look', 'delete'] as $query) {
        echo "$query: ", trim($get($query)), "\n";
    }
}, extension_loaded('phar') ? [] : ['extension' => 'phar']);
?>
--EXPECT--
set=1: text 1
look: text 1 1
set=2: text 2
look: text 2 1
set=3: text 3
look: text 3 1
delete: text 3
