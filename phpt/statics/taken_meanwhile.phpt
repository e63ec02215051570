--TEST--
What methods that a publication calls take away is not published again, whichever class is published first
--EXTENSIONS--
static_cache
--FILE--
<?php
require __DIR__ . '/../helpers/statics.inc';
$declared = fn($class) => "<?php #[OPcache\\PinnedStatic] class $class { public static \$n = 0; public static \$o = null; }";
$folder = new Folder(['A.php' => $declared('A'), 'B.php' => $declared('B')]);
$ways = ['delete A', 'delete B', 'delete AB', 'invalidate A', 'invalidate B', 'invalidate AB', 'clear', 'reset'];
in_hosts('<?php
const FOLDER = "' . $folder->path . '";
function take(): void
{
    [$how, $classes] = explode(" ", "$_GET[take] ");
    match ($how) { "clear" => OPcache\pinned_clear(), "reset" => opcache_reset(), default => null };
    foreach ($classes === "" ? [] : str_split($classes) as $class) {
        match ($how) { "delete" => OPcache\pinned_delete($class), "invalidate" => opcache_invalidate(FOLDER . "/$class.php", true) };
    }
}
class Serializing { public function __serialize(): array { take(); return []; } public function __unserialize(array $data): void {} }
class Sleeping { public function __sleep() { take(); return []; } }
foreach (str_split($_GET["order"]) as $class) {
    require FOLDER . "/$class.php";
}
switch ($_GET["do"]) {
    case "begin": A::$n = B::$n = 1; A::$o = null; break;
    case "end": A::$n = B::$n = 7; A::$o = new $_GET["object"]; break;
    case "at once": A::$n = B::$n = 7; A::$o = new $_GET["object"]; echo OPcache\static_publish(), " "; break;
    case "read": echo A::$n, B::$n; break;
}
', function (callable $get) use ($ways) {
    foreach (['AB', 'BA'] as $order) {
        foreach (['Serializing', 'Sleeping'] as $object) {
            foreach (['end', 'at once'] as $when) {
                echo "$order $object $when:";
                foreach ($ways as $way) {
                    $query = fn($do) => http_build_query(['order' => $order, 'object' => $object, 'take' => $way, 'do' => $do]);
                    $get($query('begin'));
                    echo " $way ", $get($query($when)), $get($query('read'));
                }
                echo "\n";
            }
        }
    }
});
?>
--EXPECT--
AB Serializing end: delete A 07 delete B 70 delete AB 00 invalidate A 07 invalidate B 70 invalidate AB 00 clear 00 reset 00
AB Serializing at once: delete A 1 07 delete B 1 70 delete AB 0 00 invalidate A 1 07 invalidate B 1 70 invalidate AB 0 00 clear 0 00 reset 0 00
AB Sleeping end: delete A 07 delete B 70 delete AB 00 invalidate A 07 invalidate B 70 invalidate AB 00 clear 00 reset 00
AB Sleeping at once: delete A 1 07 delete B 1 70 delete AB 0 00 invalidate A 1 07 invalidate B 1 70 invalidate AB 0 00 clear 0 00 reset 0 00
BA Serializing end: delete A 07 delete B 70 delete AB 00 invalidate A 07 invalidate B 70 invalidate AB 00 clear 00 reset 00
BA Serializing at once: delete A 1 07 delete B 2 70 delete AB 1 00 invalidate A 1 07 invalidate B 2 70 invalidate AB 1 00 clear 1 00 reset 1 00
BA Sleeping end: delete A 07 delete B 70 delete AB 00 invalidate A 07 invalidate B 70 invalidate AB 00 clear 00 reset 00
BA Sleeping at once: delete A 1 07 delete B 2 70 delete AB 1 00 invalidate A 1 07 invalidate B 2 70 invalidate AB 1 00 clear 1 00 reset 1 00
