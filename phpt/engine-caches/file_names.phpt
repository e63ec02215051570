--TEST--
Files are included by names that were fetched, whatever names they are (OPcache makes keys of them)
--EXTENSIONS--
static_cache
--FILE--
<?php
require __DIR__ . '/../helpers/statics.inc';
$folder = new Folder(['plain.php' => '<?php return "plain";', 'other.php' => '<?php return "other";', 'third.php' => '<?php return "third";']);
mkdir("$folder->path/sub");
symlink($folder->path, "$folder->path/link");
in_hosts('<?php
$path = ' . var_export($folder->path, true) . ';
OPcache\pinned_store("map", [
    "dots" => "$path/sub/../plain.php", "link" => "$path/link/plain.php", "stream" => "file://$path/plain.php",
    "once" => "$path/sub/../other.php", "compiled" => "$path/sub/../third.php", "relative" => "sub/../plain.php",
    "data" => "data:text/plain,<?php return \"data\";",
]);
$map = OPcache\pinned_fetch("map");
chdir($path);
foreach ($_GET["in"] as $way) {
    [$way, $which] = explode(".", $way);
    $name = $map[$which];
    $said[] = match ($way) {
        "include" => include $name,
        "include_once" => include_once $name,
        "require" => require $name,
        "require_once" => require_once $name,
        "compile" => function_exists("opcache_compile_file") && opcache_compile_file($name),
        "resolve" => basename(stream_resolve_include_path($name)),
        "invalidate" => is_bool(opcache_invalidate($name, true)),
        "cached" => !function_exists("opcache_is_script_cached") || is_bool(opcache_is_script_cached($name)),
    };
}
set_include_path($path);
echo json_encode($said), count(array_unique(get_included_files())), "\n";
', function (callable $get) {
    foreach ([
        ['include.dots', 'include.link', 'include.stream'], ['include.link', 'include_once.dots', 'include_once.once', 'include_once.once', 'require.once'],
        ['require_once.dots', 'require_once.link'], ['include.relative', 'include_once.relative', 'resolve.relative'],
        ['cached.dots', 'invalidate.dots', 'include.dots', 'include_once.link'], ['require.stream', 'require_once.stream'],
        ['include.compiled', 'include_once.compiled', 'include.dots'],
    ] as $ways) {
        // Twice: a key may be there, or the file may be cached under another name.
        foreach ([1, 2] as $_) {
            echo $get(http_build_query(['in' => $ways]));
        }
    }
    // What this gives depends on OPcache.
    $get(http_build_query(['in' => ['compile.compiled', 'compile.dots', 'include.compiled']]));
    echo $get(http_build_query(['in' => ['include.compiled']]));
}, ['allow_url_include' => 1]);
unlink("$folder->path/link");
rmdir("$folder->path/sub");
?>
--EXPECT--
["plain","plain","plain"]2
["plain","plain","plain"]2
["plain",true,"other",true,"other"]3
["plain",true,"other",true,"other"]3
["plain",true]2
["plain",true]2
["plain",true,"plain.php"]2
["plain",true,"plain.php"]2
[true,true,"plain",true]2
[true,true,"plain",true]2
["plain",true]2
["plain",true]2
["third",true,"plain"]3
["third",true,"plain"]3
["third"]2
