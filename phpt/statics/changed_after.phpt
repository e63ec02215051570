--TEST--
What is changed after a delete or a clear is published at the request's end, what was changed before is not
--EXTENSIONS--
static_cache
--FILE--
<?php
require __DIR__ . '/../helpers/statics.inc';
foreach (['PinnedStatic' => 'pinned', 'VolatileStatic' => 'volatile', 'VolatileStatic(strategy: Kind::TRACKING)' => 'volatile'] as $attribute => $backend) {
    echo "== $attribute\n";
    in_hosts("<?php
    function delete() { OPcache\\{$backend}_delete('M'); }
    function delete_both() { OPcache\\{$backend}_delete_array(['M', 'N']); }
    function clear() { OPcache\\{$backend}_clear(); }
    function other() { OPcache\\" . ($backend === 'pinned' ? 'volatile' : 'pinned') . "_clear(); }
    #[OPcache\\$attribute] class M " . '{ public static $n = 0; public static $list = []; public static $o = null; public static function m($up = 0) { static $n = 0; return $n += $up; } }
    ' . "#[OPcache\\$attribute] class N " . '{ public static $n = 0; public static $text = ""; public static $late = LATE; }
    class Kind { const TRACKING = OPcache\CacheStrategy::Tracking; }
    class Value { public function __construct(public $v = 0) {} }
    class Ends { public function __destruct() { N::$n = 9; } }
    const LATE = "late";
    $take = $_GET["take"];
    switch ($_GET["do"]) {
        case "begin": OPcache\volatile_clear(); OPcache\pinned_clear(); M::$n = N::$n = 1; M::$list = ["a" => [1]]; M::$o = new Value(1); M::m(1 - M::m()); N::$text = "kept"; break;
        case "nothing": $take(); break;
        case "before": M::$n = 2; M::$list["a"][] = 2; M::$o->v = 2; M::m(1); N::$n = 2; N::$text .= "!"; $take(); break;
        case "read after": $take(); echo M::$n, N::$n, count(M::$list["a"]), M::$o->v, M::m(), "; "; $r = &M::$n; foreach (M::$list as $x) { sort($x); } break;
        case "int": $take(); M::$n = 2; break;
        case "array": M::$list["a"][] = 2; $take(); M::$list["a"][] = 3; break;
        case "text": N::$text .= "!"; $take(); N::$text .= "?"; break;
        case "method": M::m(1); $take(); M::m(1); break;
        case "object": M::$o = new Value(2); $take(); M::$o = new Value(3); break;
        case "within": M::$o->v = 2; $take(); M::$o->v = 3; break;
        case "another there": M::$o = null; $take(); M::$o = new Value(4); break;
        case "twice": M::$n = 2; $take(); M::$n = 3; $take(); break;
        case "twice and once more": M::$n = 2; $take(); M::$n = 3; $take(); N::$n = 4; M::$n = 4; break;
        case "back": M::$n = 2; $take(); M::$n = 3; M::$n = 2; break;
        case "published": M::$n = 2; $take(); OPcache\static_publish(); M::$n = 3; $take(); break;
        case "at shutdown": M::$n = 2; register_shutdown_function(function () use ($take) { $take(); M::$n = 3; }); break;
        case "by destructor": M::$list = [new Ends]; OPcache\static_publish(); M::$list = []; gc_collect_cycles(); $take(); break;
        case "read": echo M::$n, N::$n, count(M::$list["a"] ?? []), M::$o?->v ?? 0, M::m(), N::$text; break;
    }', function (callable $get) {
        foreach (['nothing', 'before', 'read after', 'int', 'array', 'text', 'method', 'object', 'within', 'another there', 'twice', 'twice and once more', 'back', 'published', 'at shutdown', 'by destructor'] as $do) {
            echo "$do:";
            foreach (['delete', 'delete_both', 'clear', 'other'] as $take) {
                $query = fn($do) => http_build_query(['do' => $do, 'take' => $take]);
                $get($query('begin'));
                echo " $take ", $get($query($do)), $get($query('read'));
            }
            echo "\n";
        }
    });
}
?>
--EXPECT--
== PinnedStatic
nothing: delete 01000kept delete_both 00000 clear 00000 other 11111kept
before: delete 02000kept! delete_both 00000 clear 00000 other 22222kept!
read after: delete 11111; 01000kept delete_both 11111; 00000 clear 11111; 00000 other 11111; 11111kept
int: delete 21111kept delete_both 20111 clear 20111 other 21111kept
array: delete 11311kept delete_both 10311 clear 10311 other 11311kept
text: delete 01000kept!? delete_both 01000kept!? clear 01000kept!? other 11111kept!?
method: delete 11113kept delete_both 10113 clear 10113 other 11113kept
object: delete 11131kept delete_both 10131 clear 10131 other 11131kept
within: delete 01000kept delete_both 00000 clear 00000 other 11111kept
another there: delete 11141kept delete_both 10141 clear 10141 other 11141kept
twice: delete 01000kept delete_both 00000 clear 00000 other 31111kept
twice and once more: delete 44111kept delete_both 44111kept clear 44111kept other 44111kept
back: delete 01000kept delete_both 00000 clear 00000 other 21111kept
published: delete 01000kept delete_both 00000 clear 00000 other 31111kept
at shutdown: delete 31111kept delete_both 30111 clear 30111 other 31111kept
by destructor: delete 09000kept delete_both 09000kept clear 09000kept other 19011kept
== VolatileStatic
nothing: delete 01000kept delete_both 00000 clear 00000 other 11111kept
before: delete 02000kept! delete_both 00000 clear 00000 other 22222kept!
read after: delete 11111; 01000kept delete_both 11111; 00000 clear 11111; 00000 other 11111; 11111kept
int: delete 21111kept delete_both 20111 clear 20111 other 21111kept
array: delete 11311kept delete_both 10311 clear 10311 other 11311kept
text: delete 01000kept!? delete_both 01000kept!? clear 01000kept!? other 11111kept!?
method: delete 11113kept delete_both 10113 clear 10113 other 11113kept
object: delete 11131kept delete_both 10131 clear 10131 other 11131kept
within: delete 01000kept delete_both 00000 clear 00000 other 11111kept
another there: delete 11141kept delete_both 10141 clear 10141 other 11141kept
twice: delete 01000kept delete_both 00000 clear 00000 other 31111kept
twice and once more: delete 44111kept delete_both 44111kept clear 44111kept other 44111kept
back: delete 01000kept delete_both 00000 clear 00000 other 21111kept
published: delete 01000kept delete_both 00000 clear 00000 other 31111kept
at shutdown: delete 31111kept delete_both 30111 clear 30111 other 31111kept
by destructor: delete 09000kept delete_both 09000kept clear 09000kept other 19011kept
== VolatileStatic(strategy: Kind::TRACKING)
nothing: delete 01000kept delete_both 00000 clear 00000 other 11111kept
before: delete 02000kept! delete_both 00000 clear 00000 other 22222kept!
read after: delete 11111; 01000kept delete_both 11111; 00000 clear 11111; 00000 other 11111; 11111kept
int: delete 21111kept delete_both 20111 clear 20111 other 21111kept
array: delete 11311kept delete_both 10311 clear 10311 other 11311kept
text: delete 01000kept!? delete_both 01000kept!? clear 01000kept!? other 11111kept!?
method: delete 11113kept delete_both 10113 clear 10113 other 11113kept
object: delete 11131kept delete_both 10131 clear 10131 other 11131kept
within: delete 11131kept delete_both 10131 clear 10131 other 11131kept
another there: delete 11141kept delete_both 10141 clear 10141 other 11141kept
twice: delete 01000kept delete_both 00000 clear 00000 other 31111kept
twice and once more: delete 44111kept delete_both 44111kept clear 44111kept other 44111kept
back: delete 01000kept delete_both 00000 clear 00000 other 21111kept
published: delete 01000kept delete_both 00000 clear 00000 other 31111kept
at shutdown: delete 31111kept delete_both 30111 clear 30111 other 31111kept
by destructor: delete 09000kept delete_both 09000kept clear 09000kept other 19011kept
