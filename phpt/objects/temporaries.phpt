--TEST--
A fetched value that is on a cycle is garbage when no variable ever had it, as one of unserialize() is
--EXTENSIONS--
static_cache
--INI--
opcache.static_cache.volatile_size_mb=8
opcache.static_cache.pinned_size_mb=8
opcache.jit=disable
--FILE--
<?php
class Node
{
    public static int $gone = 0;
    public array $children = [];
    public string $name = 'n';
    public function __construct(public ?Node $parent = null)
    {
        if ($parent) {
            $parent->children[] = $this;
        }
    }
    public function __destruct() { self::$gone++; }
}
class Woken extends Node
{
    public function __wakeup(): void { $this->name = 'woken'; }
}

function itself(): array
{
    $a = ['in' => [1]];
    $b = &$a;
    $a['self'] = $b;
    return $a;
}

$uses = [
    'property' => fn($get) => $get()->name,
    'instanceof' => fn($get) => $get() instanceof Node,
    'bool' => fn($get) => (bool) $get(),
    'foreach' => function ($get) { foreach ($get() as $part); },
    'argument' => fn($get) => is_a($get(), 'Node'),
    'call' => fn($get) => \spl_object_id($get()),
    'stored' => fn($get) => OPcache\volatile_store('copy', $get()),
    'in an array' => fn($get) => count([$get()]),
    'statement' => function ($get) { $get(); },
];
$root = new Node();
new Node($root);
new Node($root);
$woken = new Woken();
new Node($woken);
new Woken($woken);
OPcache\pinned_store('nodes', $root, true);
OPcache\pinned_store('woken', $woken, true);
$text = serialize($root);
unset($root, $woken);
gc_collect_cycles();
foreach ($uses as $what => $use) {
    foreach ([
        'unserialize' => fn() => unserialize($text),
        'fetch' => fn() => OPcache\pinned_fetch('nodes'),
        'of many' => fn() => OPcache\pinned_fetch_array(['nodes', 'woken'])['nodes'],
        'woken' => fn() => OPcache\pinned_fetch('woken'),
    ] as $how => $get) {
        Node::$gone = 0;
        $made = 0;
        for ($i = 0; $i < 5; $i++) {
            $use($get);
            $made += $how === 'of many' ? 6 : 3;
        }
        gc_collect_cycles();
        if (Node::$gone !== $made) {
            echo "$what, $how: ", Node::$gone, " of $made\n";
        }
    }
}

// Arrays have no destructors: the collector counts them.
OPcache\pinned_store('itself', itself(), true);
gc_collect_cycles();
for ($i = 0; $i < 5; $i++) {
    count(OPcache\pinned_fetch('itself'));
}
var_dump(gc_collect_cycles() >= 5);
?>
--EXPECT--
bool(true)
