--TEST--
A hundred thousand levels of objects overflow no stack
--EXTENSIONS--
static_cache
--INI--
opcache.static_cache.volatile_size_mb=32
opcache.static_cache.pinned_size_mb=128
error_reporting=8191
--FILE--
<?php
ini_set('memory_limit', '1G');
class N { public $list = []; public function __construct(public $next = null) {} }
class S { public $next; public $list; public function __serialize(): array { return [$this->next]; } public function __unserialize(array $data): void { [$this->next] = $data; } }
$next = fn($object) => $object->list['a'][0] ?? $object->next;
$makers = [
    'objects' => fn($inner) => new N($inner),
    'arrays and objects' => function ($inner) { $object = new N; $object->list = ['a' => [$inner]]; return $object; },
    'methods' => function ($inner) { $object = new S; $object->next = $inner; return $object; },
];
foreach ($makers as $name => $make) {
    $deep = null;
    for ($i = 0; $i < 100_000; $i++) {
        $deep = $make($deep);
    }
    $stored = OPcache\pinned_store('deep', $deep, true);
    $got = OPcache\pinned_fetch('deep');
    OPcache\pinned_delete('deep');
    // Let go from the outside, for the engine's sake.
    for ($levels = 0; $got; $levels++) {
        $inner = $next($got);
        [$got->next, $got->list] = [null, []];
        $got = $inner;
    }
    echo "$name: ", var_export($stored, true), ", $levels\n";
    while ($deep) {
        $inner = $next($deep);
        [$deep->next, $deep->list] = [null, []];
        $deep = $inner;
    }
}
?>
--EXPECT--
objects: true, 100000
arrays and objects: true, 100000
methods: true, 100000
