--TEST--
Classes that opcache_compile_file() makes known have their state when it returns; nothing runs while OPcache copies them
--EXTENSIONS--
static_cache
--SKIPIF--
<?php
if (!ini_get('opcache.enable') || !function_exists('opcache_compile_file')) die('skip needs OPcache');
?>
--FILE--
<?php
require __DIR__ . '/../helpers/statics.inc';
$classes = implode("\n", array_map(fn(int $number) => "class Other$number {}", range(1, 500)));
$folder = new Folder(['State.php' => "<?php
#[OPcache\\PinnedStatic] class State { public static int \$count = 0; public static ?Kept \$kept = null; }
$classes"]);
in_hosts('<?php
spl_autoload_register(function (string $class): void {
    if ($class === "Kept") {
        // The table of classes grows and moves.
        eval(\'class Kept
        {
            public function __wakeup(): void
            {
                for ($number = 1; $number <= 600; $number++) eval("class Made$number {}");
                if (isset($_GET["throw"])) throw new Exception("thrown");
            }
        }\');
    }
});
$file = "' . $folder->path . '/State.php";
$are_there = fn(string $name, int $count) => array_filter(range(1, $count), fn(int $number) => class_exists("$name$number", false));
if (isset($_GET["set"])) {
    include $file;
    State::$kept = new Kept();
    State::$count = 1;
} else {
    try {
        echo json_encode(opcache_compile_file(isset($_GET["missing"]) ? "$file.not" : $file)), " ";
    } catch (Exception $thrown) {
        echo $thrown->getMessage(), " ";
    }
    if (isset($_GET["missing"])) include $file;
    echo count($are_there("Other", 500)), " ", count($are_there("Made", 600)), " ";
}
echo isset(State::$kept) ? "kept " : "nothing ", isset($_GET["throw"]) ? State::$count : State::$count++, "\n";
', function (callable $get): void {
    foreach (['set=1', '', '', 'missing=1', 'throw=1', ''] as $query) {
        // What a missing file is said to be has its path.
        echo preg_replace('/^\R?.*Warning.*\R/m', '', $get($query));
    }
}, ['log_errors' => '0', 'display_errors' => '0']);
?>
--EXPECT--
kept 1
true 500 600 kept 2
true 500 600 kept 3
false 500 600 kept 4
thrown 500 600 nothing 0
true 500 600 kept 5
