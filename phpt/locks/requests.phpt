--TEST--
A reservation ends with its request; a lease does not, and then nobody holds it until it runs out
--EXTENSIONS--
static_cache
--SKIPIF--
<?php
if (!function_exists('pcntl_fork')) die('skip needs pcntl');
?>
--INI--
opcache.static_cache.volatile_size_mb=8
opcache.static_cache.pinned_size_mb=8
opcache.static_cache.lock_timeout_ms=30
--FILE--
<?php
require __DIR__ . '/../helpers/server.inc';
// One process serves all requests.
$server = new Server(<<<'PHP'
    <?php
    // A user's fatal error is deprecated since PHP 8.4.
    error_reporting(E_ALL & ~E_DEPRECATED);
    $call = fn(string $name, mixed ...$arguments) => "OPcache\\{$_GET['backend']}_$name"(...$arguments);
    try {
        foreach (explode(',', $_GET['do']) as $do) {
            [$do, $argument] = explode(':', "$do:0");
            echo $do, ' ', json_encode(match ($do) {
                'lock' => $call('lock', 'k', (int) $argument),
                'store' => $call('store', 'k', $argument, throw_on_error: true),
                'fatal' => trigger_error('fatal', E_USER_ERROR),
                'throw' => throw new LogicException('thrown'),
                'exit' => exit('exit'),
                'wait' => usleep(1000 * (int) $argument),
                default => $call($do, 'k'),
            }), '; ';
        }
    } catch (OPcache\StaticCacheException $e) {
        echo $e->getMessage();
    }
    PHP);
foreach (['volatile', 'pinned'] as $backend) {
    foreach ([
        // Ends of a request that holds it.
        'lock,lock,lock:5,lock', 'lock', 'exit,unlock', 'lock,exit', 'lock', 'lock,throw', 'lock', 'lock,fatal', 'lock,unlock,unlock',
        // A lease outlives the request: the next request of the same process is another holder.
        'lock:1000', 'lock,unlock,store', 'delete,lock,unlock', 'lock:1000,unlock', 'lock,unlock', 'lock:1000,store:1,unlock', 'lock,unlock',
        // Locking again gives a lease or takes it away.
        'lock:1000,lock', 'lock,unlock', 'lock,lock:1000', 'lock,clear,lock,unlock',
        // Until it runs out.
        'lock:1', 'lock,wait:1100,lock,unlock', 'lock:1,wait:1100,unlock,lock,unlock', 'lock:1,wait:1100,store:2,fetch,delete',
    ] as $do) {
        echo preg_replace('~\s*(PHP )?(Fatal error: ).*?(thrown|fatal).*~s', ' $2$3', strip_tags($server->get("?backend=$backend&do=$do"))), "\n";
    }
}
?>
--EXPECT--
lock true; lock true; lock true; lock true; 
lock true; 
exit exit
lock true; exit exit
lock true; 
lock true; throw Fatal error: thrown
lock true; 
lock true; fatal Fatal error: fatal
lock true; unlock true; unlock false; 
lock true; 
lock false; unlock false; store volatile cache: key "k" is reserved by another request (waited 30 ms, opcache.static_cache.lock_timeout_ms)
delete true; lock true; unlock true; 
lock true; unlock true; 
lock true; unlock true; 
lock true; store true; unlock false; 
lock true; unlock true; 
lock true; lock true; 
lock true; unlock true; 
lock true; lock true; 
lock false; clear true; lock true; unlock true; 
lock true; 
lock false; wait null; lock true; unlock true; 
lock true; wait null; unlock false; lock true; unlock true; 
lock true; wait null; store true; fetch "2"; delete true; 
lock true; lock true; lock true; lock true; 
lock true; 
exit exit
lock true; exit exit
lock true; 
lock true; throw Fatal error: thrown
lock true; 
lock true; fatal Fatal error: fatal
lock true; unlock true; unlock false; 
lock true; 
lock false; unlock false; store pinned cache: key "k" is reserved by another request (waited 30 ms, opcache.static_cache.lock_timeout_ms)
delete true; lock true; unlock true; 
lock true; unlock true; 
lock true; unlock true; 
lock true; store true; unlock false; 
lock true; unlock true; 
lock true; lock true; 
lock true; unlock true; 
lock true; lock true; 
lock false; clear true; lock true; unlock true; 
lock true; 
lock false; wait null; lock true; unlock true; 
lock true; wait null; unlock false; lock true; unlock true; 
lock true; wait null; store true; fetch "2"; delete true; 
