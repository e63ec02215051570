--TEST--
An object that no longer fits the property it was stored in makes the entry a miss
--EXTENSIONS--
static_cache
--FILE--
<?php
require __DIR__ . '/../helpers/statics.inc';
$folder = new Folder();
$classes = fn(string $parent) => $folder->write('classes.php', "<?php
    class A {} interface I {}
    class B $parent { public \$z = 3; }
    class X { public ?A \$a = null; public I|A|null \$or = null; public ?object \$any = null; public array \$list = []; public ?self \$next = null; }
    #[OPcache\PinnedStatic] class S { public static ?X \$x = null; public static array \$list = []; }");
in_hosts('<?php
spl_autoload_register(function ($class) { require_once ' . var_export("$folder->path/classes.php", true) . '; });
function with(string $property, mixed $value): X { $x = new X(); $x->$property = $value; return $x; }
if (isset($_GET["store"])) {
    foreach (["a", "or", "any", "list", "deep", "reference"] as $case) {
        $x = match ($case) { "list" => with("list", [new B()]), "deep" => with("next", with("next", with("a", new B()))), "reference" => new X(), default => with($case, new B()) };
        if ($case === "reference") { $x->a = new B(); $y = &$x->a; }
        OPcache\volatile_store($case, $case === "reference" ? [$x, &$y] : $x, throw_on_error: true);
    }
    S::$x = with("a", new B());
    S::$list = [with("any", new B())];
}
foreach (["a", "or", "any", "list", "deep", "reference"] as $case) {
    $said[] = "$case " . (OPcache\volatile_fetch($case) === null ? "-" : "+");
}
echo implode(" ", $said), " ", OPcache\volatile_exists("a") ? "there" : "gone", " ", json_encode([S::$x, count(S::$list)]), "\n";
', function (callable $get) use ($classes) {
    foreach (['extends A', 'implements I', ''] as $parent) {
        $classes('extends A');
        echo $get('store=1');
        $classes($parent);
        echo $get('');
        // Once more, for what may have been compiled for the types.
        echo $get('');
    }
}, ['opcache.revalidate_freq' => 0]);
?>
--EXPECT--
a + or + any + list + deep + reference + there [{"a":{"z":3},"or":null,"any":null,"list":[],"next":null},1]
a + or + any + list + deep + reference + there [{"a":{"z":3},"or":null,"any":null,"list":[],"next":null},1]
a + or + any + list + deep + reference + there [{"a":{"z":3},"or":null,"any":null,"list":[],"next":null},1]
a + or + any + list + deep + reference + there [{"a":{"z":3},"or":null,"any":null,"list":[],"next":null},1]
a - or + any + list + deep - reference - gone [null,0]
a - or + any + list + deep - reference - gone [null,0]
a + or + any + list + deep + reference + there [{"a":{"z":3},"or":null,"any":null,"list":[],"next":null},1]
a - or - any + list + deep - reference - gone [null,0]
a - or - any + list + deep - reference - gone [null,0]
