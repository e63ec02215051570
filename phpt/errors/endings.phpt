--TEST--
However a request ends, and whatever still calls the cache then, the next one of its process finds nothing left behind
--EXTENSIONS--
static_cache
--INI--
opcache.static_cache.volatile_size_mb=8
opcache.static_cache.pinned_size_mb=8
opcache.static_cache.lock_timeout_ms=100
--FILE--
<?php
require __DIR__ . '/../helpers/server.inc';
$script = <<<'PHP'
    <?php
    require $_SERVER['DOCUMENT_ROOT'] . '/clean.inc';
    /** Uses everything there is, and reserves. */
    function work(string $who): void
    {
        foreach (['volatile', 'pinned'] as $backend) {
            $call = fn(string $name, mixed ...$arguments) => ("OPcache\\{$backend}_$name")(...$arguments);
            $value = ['list' => range(1, 300), 'text' => $who];
            $value['self'] = &$value;
            $call('lock', 'reserved');
            $call('store', "of $who", $value);
            $call('fetch', "of $who")['list'][299] === 300 || print('wrong');
            $call('store', "of $who", 'other');
            $call('store_array', ['a' => $who, 'b' => [$who]]);
            $call('fetch_array', ['a', 'b', 'none']);
            $call('keys');
            $call('cache_info');
            $call('remember', "built by $who", fn() => [$who, $call('lock', 'reserved in a builder')]);
            $call('delete', 'a');
        }
        $GLOBALS['seen'][] = $who;
    }
    final class Late
    {
        public function __construct(private string $what, public mixed $value = null) {}
        public function __destruct()
        {
            work("destructor of $this->what");
        }
    }
    function inner(string $way): mixed
    {
        return match ($way) {
            'end' => 1,
            'exit' => exit('exit;'),
            'exception' => throw new LogicException('uncaught'),
            'fatal' => trigger_error('fatal', E_USER_ERROR),
            'type' => undefined_function(),
            'memory' => str_repeat('x', 1 << 30),
            'compile' => eval('class Late {}'),
            'abort' => (function () { ignore_user_abort(false); echo str_repeat(str_repeat('x', 1 << 20), 16); })(),
        };
    }
    if ($_GET['do'] === 'look') {
        echo json_encode(left_behind(['reserved', 'reserved in a builder', 'k', 'l']));
        return;
    }
    ini_set('memory_limit', '32M');
    work('the script');
    $global = new Late('a global', OPcache\volatile_fetch('of the script'));
    register_shutdown_function(fn() => work('a shutdown function'));
    ob_start(function (string $text) {
        work('an output callback');
        return $text;
    });
    [$place, $way] = explode(':', $_GET['do']);
    switch ($place) {
        case 'script':
            inner($way);
            break;
        case 'builder':
            OPcache\volatile_remember('k', fn() => OPcache\pinned_remember('l', fn() => inner($way)));
            break;
        case 'caught':
            try {
                OPcache\volatile_remember('k', fn() => OPcache\pinned_remember('l', fn() => inner($way)));
            } catch (Throwable) {
                echo 'caught;';
            }
            break;
        case 'shutdown':
            register_shutdown_function(fn() => OPcache\volatile_remember('k', fn() => inner($way)));
            break;
        case 'destructor':
            $other = new class($way) {
                public function __construct(private string $way) {}
                public function __destruct()
                {
                    OPcache\volatile_remember('k', fn() => inner($this->way));
                }
            };
            break;
        case 'handler':
            set_error_handler(fn() => inner($way));
            OPcache\pinned_store('most', PHP_INT_MAX);
            OPcache\pinned_lock('most');
            OPcache\pinned_atomic_increment('most');
            break;
        case 'generator':
            $generator = (function () use ($way) {
                try {
                    yield OPcache\volatile_fetch('of the script');
                } finally {
                    OPcache\volatile_remember('k', fn() => inner($way));
                }
            })();
            $generator->current();
            break;
        case 'fiber':
            $fiber = new Fiber(fn() => OPcache\volatile_remember('k', function () use ($way) {
                Fiber::suspend();
                inner($way);
            }));
            $fiber->start();
            OPcache\volatile_remember('k', fn() => OPcache\volatile_fetch('of the script')) === 'other' || print('wrong');
            if ($way !== 'end') {
                $fiber->resume();
            }
            break;
    }
    PHP;
$server = new Server($script, ['clean.inc' => file_get_contents(__DIR__ . '/../helpers/clean.inc')]);
foreach (['script', 'builder', 'caught', 'shutdown', 'destructor', 'handler', 'generator', 'fiber'] as $place) {
    foreach (['end', 'exit', 'exception', 'fatal', 'type', 'memory', 'compile'] as $way) {
        $said = trim(preg_replace('~\s+~', ' ', strip_tags($server->get("?do=$place:$way"))));
        $left = $server->get('?do=look');
        if ($left !== '[]') {
            echo "$place, $way: $said\nleft behind: $left\n";
        }
        if (str_contains($said, 'wrong') || str_contains($said, 'no answer')) {
            echo "$place, $way: $said\n";
        }
    }
}
// The client goes away in the middle of an answer that does not fit into the socket's buffer.
$server->abandon('?do=script:abort');
echo $server->get('?do=look'), "\n";
$server->abandon('?do=builder:abort');
echo $server->get('?do=look'), "\n";
?>
--EXPECT--
[]
[]
