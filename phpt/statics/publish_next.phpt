--TEST--
static_publish() by code that a restore calls passes over what is to be restored next, whatever that code has assigned to it, but not what others have
--EXTENSIONS--
static_cache
--FILE--
<?php
require __DIR__ . '/../helpers/statics.inc';
$two = '{ #[OPcache\PinnedStatic] public static $first = null; #[OPcache\PinnedStatic] public static $second = null; }';
$folder = new Folder([
    'Compiled.php' => "<?php class Compiled $two",
    'Declared.php' => "<?php if (PHP_VERSION_ID) { class Declared $two }",
]);
in_hosts('<?php
class Item
{
    public function __construct(public $text) {}
    public function __wakeup()
    {
        if (isset($_GET["suspend"]) && Fiber::getCurrent() && $this->text === "one") Fiber::suspend();
        if (!isset($_GET["publish"]) || $this->text !== "one") return;
        $_GET["class"]::$second = new Item("by a method");
        try {
            echo "published ", OPcache\static_publish(), ", ";
        } catch (OPcache\StaticCacheException $e) {
            echo $e->getMessage(), "; ";
        }
    }
}
$class = $_GET["class"];
$load = fn() => require "' . $folder->path . '/$class.php";
if (isset($_GET["suspend"])) {
    $fiber = new Fiber($load);
    $fiber->start();
    $class::$second = new Item("by the script");
    try {
        echo "published ", OPcache\static_publish(), ", ";
    } catch (OPcache\StaticCacheException $e) {
        echo substr($e->getMessage(), 0, 88), "; ";
    }
    $fiber->resume();
    OPcache\pinned_delete($class);
} else {
    $load();
}
if (isset($_GET["set"])) [$class::$first, $class::$second] = [new Item("one"), new Item("two")];
echo $class::$first->text ?? "null", " ", $class::$second->text ?? "null";
echo " ", OPcache\pinned_cache_info()->publish_failures;
', each_of('class=Compiled&set', 'class=Compiled&publish', 'class=Compiled', 'class=Declared&set', 'class=Declared&publish', 'class=Declared', 'class=Declared&suspend'));
?>
--EXPECT--
class=Compiled&set: one two 0
class=Compiled&publish: published 0, one two 0
class=Compiled: one two 0
class=Declared&set: one two 0
class=Declared&publish: published 0, one two 0
class=Declared: one two 0
class=Declared&suspend: published Declared::$second was not published: it was changed before its stored state could be res; one by the script 1
