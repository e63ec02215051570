--TEST--
Publication: an ArrayObject whose elements take themselves out of it, and the classes beside it
--EXTENSIONS--
static_cache
--SKIPIF--
<?php
if (PHP_DEBUG) die('skip a PHP that is built to be debugged asserts that its ArrayObject does not do this');
?>
--FILE--
<?php
require __DIR__ . '/../helpers/statics.inc';
in_hosts('<?php' . PUBLISHED . '
class Item {
    public $v = 1;
    public function __construct(public ?ArrayObject $of = null) {}
    public function __sleep() {
        while ($this->of && count($this->of) > 1) unset($this->of[count($this->of) - 1]);
        $this->of = null;
        return ["v"];
    }
}
#[OPcache\PinnedStatic] class Before { static $n = 0; }
#[OPcache\PinnedStatic] class Items { static $of; }
#[OPcache\PinnedStatic] class After { static $n = 0; }
Before::$n++;
After::$n++;
if ($_GET["do"] !== "read") {
    Items::$of = new ArrayObject();
    Items::$of[] = new Item(Items::$of);
    for ($i = 0; $i < 20; $i++) Items::$of[] = new Item();
}
if ($_GET["do"] === "now") echo OPcache\static_publish(), " at once, ";
echo "before ", Before::$n, ", after ", After::$n, ", items ", count(Items::$of ?? []), published();
', each_of('do=read', 'do=at+end', 'do=read', 'do=now', 'do=read'));
?>
--EXPECT--
do=read: before 1, after 1, items 0[0+0]
do=at+end: before 2, after 2, items 21[2+0]
do=read: before 3, after 3, items 1[5+0]
do=now: 3 at once, before 4, after 4, items 1[10+0]
do=read: before 5, after 5, items 1[10+0]
