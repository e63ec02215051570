--TEST--
What the module itself has noted of a request's values does not keep them, in that request or a later one
--EXTENSIONS--
static_cache
--SKIPIF--
<?php if (getenv('STATIC_CACHE_VALGRIND')) die('skip valgrind runs with another allocator'); ?>
--FILE--
<?php
require __DIR__ . '/../helpers/server.inc';

const SCRIPT = <<<'PHP'
    <?php
    use function OPcache\{pinned_store, pinned_fetch, pinned_cache_info, static_publish, static_quiesce};
    const COUNT = 64;
    const SIZE = 20_000;
    class Asked
    {
        public function __construct(public $of = null) {}
        public function __serialize(): array { return [$this->of]; }
        public function __unserialize(array $data): void { [$this->of] = $data; }
    }
    #[OPcache\PinnedStatic] class Held { public static $value = []; }
    for ($at = 0; $at < COUNT; $at++) {
        eval("#[OPcache\\PinnedStatic] class Of$at { public static \$value = []; }");
    }
    $text = fn($at) => str_repeat(chr(33 + $at), SIZE);
    $made = fn($at) => match ($_GET['of']) {
        'methods' => new Asked($text($at)),
        'dates' => [new DateTime('2020-01-01'), $text($at)],
        default => [$text($at)],
    };
    $each = fn($do) => array_map($do, range(0, COUNT - 1));
    $each(function ($at) use ($made) {
        pinned_store("key$at", $made($at));
        pinned_fetch("key$at");
        $value = pinned_fetch("key$at");
        switch ($_GET['of']) {
            case 'one static':
                Held::$value = $value;
                static_publish(Held::class);
                break;
            case 'statics':
                ("Of$at")::$value = $value;
                static_publish();
        }
    });
    switch ($_GET['of']) {
        case 'one static':
            Held::$value = 0;
            break;
        case 'statics':
            $each(function ($at) { ("Of$at")::$value = 0; });
    }
    static_publish();
    OPcache\pinned_clear();
    // Searching takes a fiftieth of the time at most. Traces of a few may be in places that are not used again.
    $left = fn() => intdiv(pinned_cache_info()->retired_memory, SIZE);
    for ($began = microtime(true); !static_quiesce() && $left() > COUNT / 8 && microtime(true) < $began + 20;) {
        usleep(1000);
    }
    echo $_GET['of'], ': ', $left() > COUNT / 8 ? $left() . ' left' : 'given back', "\n";
    PHP;

$server = new Server(SCRIPT, [], 1, [], ['-d', 'opcache.static_cache.enable_cli=1', '-d', 'opcache.static_cache.pinned_size_mb=16']);
foreach (['methods', 'arrays', 'dates', 'arrays', 'one static', 'arrays', 'statics', 'arrays', 'methods'] as $of) {
    echo $server->get('/?of=' . urlencode($of));
}
?>
--EXPECT--
methods: given back
arrays: given back
dates: given back
arrays: given back
one static: given back
arrays: given back
statics: given back
arrays: given back
methods: given back
