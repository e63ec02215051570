--TEST--
Static state in threads: restored in each, kept while a worker goes on for long, published at its end
--EXTENSIONS--
static_cache
--SKIPIF--
<?php
require __DIR__ . '/../helpers/hosts.inc';
if ($why = without_threads()) die("skip $why");
?>
--INI--
opcache.static_cache.volatile_size_mb=8
opcache.static_cache.pinned_size_mb=8
--FILE--
<?php
require __DIR__ . '/../helpers/hosts.inc';
$code = <<<'PHP'
    use function OPcache\{pinned_store, pinned_fetch, static_quiesce};

    // The same file for all requests, so that it is the same class.
    #[OPcache\PinnedStatic]
    class State
    {
        public static array $routes = [];
        public static string $text = '';
        public static int $requests = 0;
        public static function remember(?array $new = null): ?array
        {
            static $kept = null;
            return $kept = $new ?? $kept;
        }
    }
    $made = fn(int $number) => ['number' => $number, 'list' => range($number, $number + 100), 'names' => array_fill_keys(["a $number", "b $number"], str_repeat("$number ", 50))];
    $look = function () use ($made) {
        State::$routes === $made(State::$routes['number']) || Host\add('bad array', 1);
        State::$text === str_repeat(State::$routes['number'] . ';', 1000) || Host\add('bad string', 1);
        State::remember() === $made(State::$routes['number']) || Host\add('bad static variable', 1);
    };
    $round = Host\add('round', 1);
    if ($round === 1) {
        State::$routes = $made(7);
        State::$text = str_repeat('7;', 1000);
        State::remember($made(7));
        OPcache\static_publish();
        Host\meet();
    } else {
        $round <= 4 && Host\meet();
        if (!State::$routes) {
            // Linked before it was published.
            $round > 4 && Host\add('not restored', 1);
            return;
        }
        Host\add('restored', $round > 4 ? 1 : 0);
        $look();
        // Another version is published meanwhile, and what this request holds is replaced.
        if ($round === 5) {
            State::$routes = $made(8);
            State::$text = str_repeat('8;', 1000);
            State::remember($made(8));
            OPcache\static_publish();
        }
        for ($at = 0; $at < 800; $at++) {
            pinned_store('churn ' . Host\thread(), str_repeat(chr($at % 256), 9000));
            pinned_fetch('churn ' . Host\thread()) === str_repeat(chr($at % 256), 9000) || Host\add('bad churn', 1);
            $at % 100 === 0 && static_quiesce();
            $at % 100 === 0 && $look();
        }
        $look();
    }
    PHP;
echo threads('frankenphp', [$code], ['threads' => 4, 'requests' => 4]);
?>
--EXPECT--
left descriptors: 0
left mappings: 0
requests: 16
restored: 12
round: 16
