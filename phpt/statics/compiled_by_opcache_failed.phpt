--TEST--
When an error has ended opcache_compile_file(), classes that were declared are restored, and others later on
--EXTENSIONS--
static_cache
--SKIPIF--
<?php
if (!ini_get('opcache.enable') || !function_exists('opcache_compile_file')) die('skip needs OPcache');
?>
--FILE--
<?php
require __DIR__ . '/../helpers/statics.inc';
$class = fn(string $name) => "#[OPcache\\PinnedStatic] class $name { public static int \$count = 0; public static ?Kept \$kept = null; }\n";
$folder = new Folder(['First.php' => '<?php ' . $class('First') . 'class There {}', 'Second.php' => '<?php ' . $class('Second')]);
in_hosts('<?php
function load(): void
{
    spl_autoload_register(function (string $class): void {
        if ($class === "Kept") eval(\'class Kept { public function __wakeup(): void {} }\');
    });
}
$folder = "' . $folder->path . '";
if (isset($_GET["set"])) {
    load();
    include "$folder/First.php";
    include "$folder/Second.php";
    First::$kept = new Kept();
    Second::$kept = new Kept();
} else {
    eval("class There {}");
    include "$folder/Second.php";
    echo json_encode(opcache_compile_file("$folder/First.php")), " ";
    load();
    First::$count++;
    Second::$count++;
}
foreach (["First", "Second"] as $class) $said[] = $class . " " . $class::$count . (isset($class::$kept) ? " kept" : " nothing");
echo implode(", ", $said), "\n";
', function (callable $get): void {
    foreach (['set=1', '', ''] as $query) {
        echo preg_replace('/^\R?.*(Warning|Fatal error).*\R/m', '', $get($query));
    }
}, ['log_errors' => '0', 'display_errors' => '0']);
?>
--EXPECT--
First 0 kept, Second 0 kept
false First 1 kept, Second 1 kept
false First 2 kept, Second 2 kept
