--TEST--
Who waits for a reserved key sleeps in the kernel and goes on when the holder stores, unlocks, deletes, clears, ends or dies
--EXTENSIONS--
static_cache
--SKIPIF--
<?php
if (!function_exists('pcntl_fork')) die('skip needs pcntl');
if (!function_exists('posix_kill')) die('skip needs posix');
if (getenv('STATIC_CACHE_VALGRIND')) die('skip valgrind has no futex_waitv, in its place waiters look again every 20 ms');
if (version_compare(php_uname('r'), '5.16', '<')) die('skip needs futex_waitv (Linux 5.16), in its place waiters look again every 20 ms');
if (!is_readable('/proc/self/syscall')) die('skip needs /proc/self/syscall');
?>
--INI--
opcache.static_cache.volatile_size_mb=8
opcache.static_cache.pinned_size_mb=8
opcache.static_cache.lock_timeout_ms=60000
--FILE--
<?php
require __DIR__ . '/../helpers/child.inc';
require __DIR__ . '/../helpers/compare.inc';

/** Sleeps that a process went to so far. */
function sleeps(int $pid): string
{
    preg_match('/^voluntary_ctxt_switches:\s*(\d+)/m', file_get_contents("/proc/$pid/status"), $found);
    return $found[1];
}

$waits = [
    'store' => fn(string $backend) => of($backend, 'store')('k', 'waiter'),
    'add' => fn(string $backend) => of($backend, 'add')('k', 'waiter'),
    'store_array' => fn(string $backend) => of($backend, 'store_array')(['a' => 1, 'k' => 'waiter', 'z' => 2]),
    'remember' => fn(string $backend) => of($backend, 'remember')('k', fn() => 'waiter'),
    'increment' => fn(string $backend) => OPcache\pinned_atomic_increment('k'),
];
$ends = [
    'store' => fn(string $backend) => of($backend, 'store')('k', 10),
    'unlock' => fn(string $backend) => of($backend, 'unlock')('k'),
    'delete' => fn(string $backend) => of($backend, 'delete')('k'),
    'clear' => fn(string $backend) => of($backend, 'clear')(),
    'exit' => fn(string $backend) => exit(0),
    'exec' => fn(string $backend) => pcntl_exec('/bin/true'),
    'SIGKILL' => fn(string $backend) => posix_kill(getmypid(), SIGKILL),
    'SIGSEGV' => fn(string $backend) => posix_kill(getmypid(), SIGSEGV),
    'SIGTERM' => fn(string $backend) => posix_kill(getmypid(), SIGTERM),
];
foreach (['volatile', 'pinned'] as $backend) {
    foreach ($ends as $end => $act) {
        foreach ($waits as $wait => $call) {
            if ($wait === 'increment' && $backend === 'volatile') {
                continue;
            }
            of($backend, 'clear')();
            $holder = new Child(function (Child $parent) use ($backend, $act) {
                $parent->tell(of($backend, 'lock')('k') ? 'locked' : 'not locked');
                $parent->hear();
                $act($backend);
                $parent->tell('done');
            });
            if ($holder->hear() !== 'locked') {
                echo "$backend $end: not locked\n";
            }
            $waiter = new Child(function (Child $parent) use ($backend, $call) {
                $parent->tell(json_encode($call($backend)));
            });
            $waiter->awaitSleep();
            if ($wait === 'store' && $end === 'store') {
                // A window to look at, nothing is waited for: whoever polled would wake up in it.
                $before = sleeps($waiter->pid());
                usleep(200_000);
                echo "$backend: ", sleeps($waiter->pid()) === $before ? 'slept all the time' : 'woke up in between', "\n";
            }
            $holder->tell('go on');
            $said = $waiter->hear();
            $waiter->join();
            $holder->join();
            $expected = match (true) {
                $end === 'store' && $wait === 'increment' => '11 11',
                $wait === 'increment' => '1 1',
                $end === 'store' && $wait === 'add' => 'false 10',
                $end === 'store' && $wait === 'remember' => '10 10',
                $wait === 'remember' => '"waiter" "waiter"',
                default => 'true "waiter"',
            };
            $is = $said . ' ' . json_encode(of($backend, 'fetch')('k'));
            if ($is !== $expected) {
                echo "$backend $wait, ended by $end: $is instead of $expected\n";
            }
        }
    }
}
var_dump(OPcache\pinned_cache_info()->store_failures, OPcache\volatile_cache_info()->store_failures);
?>
--EXPECT--
volatile: slept all the time
pinned: slept all the time
int(0)
int(0)
