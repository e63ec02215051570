--TEST--
What is written through a reference into an array counts as a change of the array: after a restore, static_publish(), a clear or a delete
--EXTENSIONS--
static_cache
--FILE--
<?php
require __DIR__ . '/../helpers/statics.inc';
in_hosts('<?php' . PUBLISHED . '
class Plain { public $n = 1; }
#[OPcache\PinnedStatic]
class Registry
{
    public static array $maps = ["users" => []];
    private array $map;
    public function __construct() { $this->map =& self::$maps["users"]; }
    public function add($user) { $this->map[] = $user; }
}
#[OPcache\PinnedStatic]
class Tree { public static $nodes = []; public static $other = 1; public static function list() { static $list = []; return $list; } }
$said = "";
switch ($_GET["do"]) {
    case "jobs":
        $registry = new Registry();
        foreach (["ann", "bob", "cid"] as $job) { $registry->add($job); $said .= OPcache\static_publish(); }
        $said .= OPcache\static_publish();
        break;
    case "clear":
        $registry = new Registry();
        OPcache\pinned_clear();
        $registry->add("dan");
        $registry->add("eve");
        break;
    case "delete":
        $registry = new Registry();
        OPcache\pinned_delete("Registry");
        $registry->add("fay");
        break;
    case "tree":
        $n = 1; $in = ["deep" => [1, [2]]]; $object = new Plain(); $text = "text";
        Tree::$nodes = ["a" => [[&$n, &$n]], "b" => ["x" => &$in, "y" => [&$in]], "c" => [&$object, &$object], "d" => [&$text, &$text]];
        Tree::$nodes["self"] = [&Tree::$nodes["a"], &Tree::$nodes["a"]];
        // Parts that many places hold: looked at once each.
        $part = [[&$n]];
        for ($i = 0; $i < 60; $i++) { $part = [$part, $part]; }
        $said .= OPcache\static_publish();
        $steps = [
            "n" => function () use (&$n) { $n++; },
            "same" => function () use (&$n) { $n += 0; },
            "in" => function () use (&$in) { $in["deep"][1][0]++; },
            "object" => function () use (&$object) { $object = null; $object = new Plain(); },
            "inner" => function () use (&$object) { $object->n++; },
            "text" => function () use (&$text) { $text .= "!"; },
            "new" => function () use (&$n) { Tree::$other++; Tree::$nodes["deep"] = [[&$n]]; },
            "again" => function () use (&$n) { $n = [&$n, "cycle"]; },
            "cycle" => function () use (&$n) { $n[1] .= "!"; },
            "parts" => function () use ($part, &$n) { Tree::$nodes["parts"] = $part; $n = 1; },
            "in parts" => function () use (&$n) { $n++; },
            "gone" => function () use (&$n) { Tree::$nodes = ["left" => [&$n, &$n]]; },
            "left" => function () use (&$n) { $n++; },
            "none" => function () { Tree::$nodes = [1]; },
            "not any more" => function () use (&$n, &$in) { $n = 5; $in = 5; },
            "back" => function () use (&$n, &$text) { Tree::$nodes = [[&$n, &$n, &$text, &$text]]; },
        ];
        foreach ($steps as $name => $step) { $step(); $said .= " $name=" . OPcache\static_publish(); }
        break;
    case "through":
        $copy = Tree::$nodes;
        $copy[0][0] = "through a copy";
        break;
    case "read":
        foreach (Tree::$nodes as $node) { $x = $node; }
        $copy = Tree::$nodes;
        $copy[] = 1;
        break;
}
echo $said, " ", json_encode([Registry::$maps, Tree::$nodes], JSON_PARTIAL_OUTPUT_ON_ERROR), published();
', each_of('do=jobs', 'do=read', 'do=clear', 'do=read', 'do=delete', 'do=read', 'do=tree', 'do=read', 'do=read', 'do=through', 'do=read', 'do=read'));
?>
--EXPECT--
do=jobs: 1110 [{"users":["ann","bob","cid"]},[]][3+0]
do=read:  [{"users":["ann","bob","cid"]},[]][3+0]
do=clear:  [{"users":["ann","bob","cid","dan","eve"]},[]][3+0]
do=read:  [{"users":["ann","bob","cid","dan","eve"]},[]][4+0]
do=delete:  [{"users":["ann","bob","cid","dan","eve","fay"]},[]][4+0]
do=read:  [{"users":["ann","bob","cid","dan","eve","fay"]},[]][5+0]
do=tree: 1 n=1 same=0 in=1 object=1 inner=0 text=1 new=1 again=1 cycle=1 parts=1 in parts=1 gone=1 left=1 none=1 not any more=0 back=1 [{"users":["ann","bob","cid","dan","eve","fay"]},[[5,5,"text!","text!"]]][19+0]
do=read:  [{"users":["ann","bob","cid","dan","eve","fay"]},[[5,5,"text!","text!"]]][19+0]
do=read:  [{"users":["ann","bob","cid","dan","eve","fay"]},[[5,5,"text!","text!"]]][19+0]
do=through:  [{"users":["ann","bob","cid","dan","eve","fay"]},[["through a copy","through a copy","text!","text!"]]][19+0]
do=read:  [{"users":["ann","bob","cid","dan","eve","fay"]},[["through a copy","through a copy","text!","text!"]]][20+0]
do=read:  [{"users":["ann","bob","cid","dan","eve","fay"]},[["through a copy","through a copy","text!","text!"]]][20+0]
