--TEST--
opcache.protect_memory=1 and a tracing JIT that compiles everything at once: stores, fetches, workers
--EXTENSIONS--
static_cache
--SKIPIF--
<?php
require __DIR__ . '/../helpers/hosts.inc';
if ($why = without_threads()) die("skip $why");
if (!ini_get('opcache.enable')) die('skip needs OPcache');
?>
--INI--
opcache.static_cache.volatile_size_mb=8
opcache.static_cache.pinned_size_mb=8
--FILE--
<?php
require __DIR__ . '/../helpers/hosts.inc';
$hot = ['opcache.protect_memory' => 1, 'opcache.jit' => 'tracing', 'opcache.jit_buffer_size' => '32M', 'opcache.jit_hot_loop' => 1, 'opcache.jit_hot_func' => 1, 'opcache.jit_hot_return' => 1, 'opcache.jit_hot_side_exit' => 1];
$code = <<<'PHP'
    use function OPcache\{volatile_store, volatile_fetch, pinned_store, pinned_fetch, pinned_remember, static_quiesce};

    if (!function_exists('made')) {
        function made(int $number): array
        {
            return ['number' => $number, 'list' => range($number, $number + 30), 'text' => str_repeat("$number;", 50), 'object' => new ArrayObject([$number])];
        }
        function sum(array $value): int
        {
            $sum = $value['number'];
            foreach ($value['list'] as $element) { $sum += $element; }
            foreach ($value['object'] as $element) { $sum += $element; }
            return $sum + strlen($value['text']);
        }
    }
    for ($at = 1; $at <= 300; $at++) {
        volatile_store('v', made($at));
        pinned_store('p', made($at));
        $value = volatile_fetch('v');
        sum($value) === sum(made($at)) && pinned_fetch('p')['list'] === range($at, $at + 30) || Host\add('bad', 1);
        $value['list'][] = pinned_remember("r$at", fn() => made($at))['text'];
        $value['list'][31] === str_repeat("$at;", 50) && volatile_fetch('v') == made($at) || Host\add('bad', 1);
        $at % 50 === 0 && static_quiesce();
    }
    Host\add('jit', (int) opcache_get_status()['jit']['on']);
    PHP;
// One thread: with more, PHP itself does not survive this setting (docs/operations.md, "Threads").
echo threads('frankenphp', [$code], ['threads' => 1, 'requests' => 20], $hot);
unset($hot['opcache.protect_memory']);
echo threads('frankenphp', [$code], ['threads' => 1, 'requests' => 20], $hot);
?>
--EXPECT--
jit: 20
left descriptors: 0
left mappings: 0
requests: 20
jit: 20
left descriptors: 0
left mappings: 0
requests: 20
