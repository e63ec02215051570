--TEST--
User code that a restore runs: autoloaders, methods, exceptions, exit; classes that come later or never
--EXTENSIONS--
static_cache
--FILE--
<?php
require __DIR__ . '/../helpers/statics.inc';
$folder = new Folder([
    // The holder comes before what it holds, in one file, as class maps allow.
    'Holder.php' => '<?php #[OPcache\PinnedStatic] class Holder { public static $held; public static $list; } interface Marker {} class Held implements Marker { public $v = 1; } enum Kind: string { case A = "a"; }',
    'Loaded.php' => '<?php class Loaded implements Serializable_ { public function __construct(public $v = 0) {} public function __serialize(): array { return [$this->v]; } public function __unserialize(array $d): void { echo "[unserialize]"; $this->v = $d[0]; if ($GLOBALS["mode"] === "throw") throw new Exception("no"); if ($GLOBALS["mode"] === "exit") exit("[exit]"); } }',
    'Serializable_.php' => '<?php interface Serializable_ {}',
    'Owner.php' => '<?php class Owner { #[OPcache\PinnedStatic] public static $one; #[OPcache\PinnedStatic] public static $n = 0; public static function touch() { return self::$n; } }',
    'Gone.php' => '<?php #[OPcache\PinnedStatic] class Gone { public static $kept = "default"; public static $object = null; }',
]);
in_hosts('<?php
$mode = $_GET["mode"] ?? "";
spl_autoload_register(function ($class) {
    echo "[load $class]";
    $map = ["Held" => "Holder", "Kind" => "Holder"];
    $file = "' . $folder->path . '/" . ($map[$class] ?? $class) . ".php";
    if (is_file($file)) include $file;
});
switch ($_GET["do"]) {
    case "store":
        Holder::$held = new Held; Holder::$list = [Kind::A, new Held];
        Owner::$one = new Loaded(5); Owner::$n = 1;
        if (isset($_GET["gone"])) { eval("class Temporary { public \$x = 1; }"); Gone::$object = [new Temporary]; Gone::$kept = "kept"; }
        break;
    case "holder":
        echo Holder::$held::class, Holder::$list[0]->name, Holder::$list[1]->v;
        break;
    case "owner":
        try { echo " n=", Owner::touch(), " one=", json_encode(Owner::$one?->v); } catch (Exception $e) { echo "caught ", $e->getMessage(), " ", json_encode([Owner::$n, Owner::$one]); }
        break;
    case "gone":
        echo Gone::$kept;
        if (isset($_GET["late"])) { eval("class Temporary { public \$x = 1; }"); echo " then ", Gone::$kept, count(Gone::$object ?? []); }
        if (isset($_GET["touched"])) { Gone::$kept = "touched"; eval("class Temporary { public \$x = 1; }"); echo " then ", Gone::$kept; }
        if (isset($_GET["other"])) { eval("class Temporary { private \$y = 1; }"); echo " then ", Gone::$kept; }
        break;
}
', each_of('do=store&gone=1', 'do=holder', 'do=owner', 'do=owner&mode=throw', 'do=owner', 'do=owner&mode=exit', 'do=owner', 'do=gone', 'do=gone&late=1', 'do=gone', 'do=gone&other=1', 'do=gone&late=1', 'do=store&gone=1', 'do=gone&touched=1', 'do=gone&late=1'));
?>
--EXPECT--
do=store&gone=1: [load Held][load Loaded][load Serializable_][load Owner][load Gone]
do=holder: [load Holder]HeldA1
do=owner:  n=[load Owner][load Loaded][load Serializable_][unserialize]1 one=5
do=owner&mode=throw:  n=[load Owner][load Loaded][load Serializable_][unserialize]caught no [1,null]
do=owner:  n=[load Owner][load Loaded][load Serializable_][unserialize]1 one=5
do=owner&mode=exit:  n=[load Owner][load Loaded][load Serializable_][unserialize][exit]
do=owner:  n=[load Owner][load Loaded][load Serializable_][unserialize]1 one=5
do=gone: [load Gone][load Temporary]default
do=gone&late=1: [load Gone][load Temporary]default then kept1
do=gone: [load Gone][load Temporary]default
do=gone&other=1: [load Gone][load Temporary]default then default
do=gone&late=1: [load Gone]default then default0
do=store&gone=1: [load Held][load Loaded][load Serializable_][load Owner][unserialize][load Gone]
do=gone&touched=1: [load Gone][load Temporary]default then touched
Warning: Gone was not published: it was changed before classes were there that its stored state needs; that state stays until OPcache\pinned_delete('Gone') deletes it in Unknown on line 0
do=gone&late=1: [load Gone][load Temporary]default then kept1
