--TEST--
One builder at a time: what its end, however it comes, means for those who wait
--EXTENSIONS--
static_cache
--SKIPIF--
<?php
if (!function_exists('pcntl_fork')) die('skip needs pcntl');
if (!function_exists('posix_kill')) die('skip needs posix');
if (!is_readable('/proc/self/syscall')) die('skip needs /proc/self/syscall');
?>
--INI--
opcache.static_cache.volatile_size_mb=8
opcache.static_cache.pinned_size_mb=8
opcache.static_cache.lock_timeout_ms=60000
memory_limit=16M
--FILE--
<?php
require __DIR__ . '/../helpers/child.inc';
require __DIR__ . '/../helpers/compare.inc';
ini_set('display_errors', false);

$ends = [
    'return' => fn() => ['built'],
    'null' => fn() => null,
    'exception' => fn() => throw new LogicException('from the builder'),
    'exit' => fn() => exit(3),
    'fatal error' => fn() => trigger_error('fatal', E_USER_ERROR),
    'memory limit' => fn() => str_repeat('x', 100_000_000),
    'resource' => fn() => STDIN,
    'closure' => fn() => fn() => 1,
    'does not fit' => fn() => [str_repeat('x', 9_000_000)],
    'SIGKILL' => fn() => posix_kill(getmypid(), SIGKILL),
    'SIGSEGV' => fn() => posix_kill(getmypid(), SIGSEGV),
    'SIGTERM' => fn() => posix_kill(getmypid(), SIGTERM),
];
foreach (['volatile', 'pinned'] as $backend) {
    foreach ($ends as $name => $end) {
        of($backend, 'clear')();
        // In the other backend, which this test leaves alone otherwise.
        OPcache\pinned_store('built', 0);
        $first = new Child(function (Child $parent) use ($backend, $end, $name) {
            if ($name === 'does not fit') {
                ini_set('memory_limit', '256M');
            }
            $value = outcome(fn() => of($backend, 'remember')('k', function () use ($parent, $end) {
                OPcache\pinned_atomic_increment('built');
                $parent->tell('building');
                $parent->hear();
                return $end();
            }));
            $parent->tell(strtok(substr($value, 0, 60), "\n"));
        });
        $first->hear();
        $others = [];
        for ($at = 0; $at < 4; $at++) {
            $others[] = new Child(function (Child $parent) use ($backend) {
                $value = of($backend, 'remember')('k', function () {
                    OPcache\pinned_atomic_increment('built');
                    return ['built by another'];
                });
                $parent->tell(json_encode($value));
            });
        }
        foreach ($others as $other) {
            $other->awaitSleep();
        }
        $first->tell('end');
        $said = $first->hear();
        $they = array_unique(array_map(fn(Child $other) => $other->hear(), $others));
        foreach ($others as $other) {
            $other->join();
        }
        echo "$backend, $name: $said (", $first->join(), '), the others ', implode(' or ', $they), ', ', OPcache\pinned_fetch('built'), " built\n";
    }
}
?>
--EXPECT--
volatile, return: array ( (exit 0), the others ["built"], 1 built
volatile, null: NULL (exit 0), the others null, 1 built
volatile, exception: LogicException: from the builder (exit 0), the others ["built by another"], 2 built
volatile, exit:  (exit 3), the others ["built by another"], 2 built
volatile, fatal error:  (exit 255), the others ["built by another"], 2 built
volatile, memory limit:  (exit 255), the others ["built by another"], 2 built
volatile, resource: TypeError: OPcache\volatile_remember(): Argument #2 ($build) (exit 0), the others ["built by another"], 2 built
volatile, closure: TypeError: OPcache\volatile_remember(): Argument #2 ($build) (exit 0), the others ["built by another"], 2 built
volatile, does not fit: array ( (exit 0), the others ["built by another"], 2 built
volatile, SIGKILL:  (signal 9), the others ["built by another"], 2 built
volatile, SIGSEGV:  (signal 11), the others ["built by another"], 2 built
volatile, SIGTERM:  (signal 15), the others ["built by another"], 2 built
pinned, return: array ( (exit 0), the others ["built"], 1 built
pinned, null: NULL (exit 0), the others null, 1 built
pinned, exception: LogicException: from the builder (exit 0), the others ["built by another"], 2 built
pinned, exit:  (exit 3), the others ["built by another"], 2 built
pinned, fatal error:  (exit 255), the others ["built by another"], 2 built
pinned, memory limit:  (exit 255), the others ["built by another"], 2 built
pinned, resource: TypeError: OPcache\pinned_remember(): Argument #2 ($build) m (exit 0), the others ["built by another"], 2 built
pinned, closure: TypeError: OPcache\pinned_remember(): Argument #2 ($build) m (exit 0), the others ["built by another"], 2 built
pinned, does not fit: array ( (exit 0), the others ["built by another"], 2 built
pinned, SIGKILL:  (signal 9), the others ["built by another"], 2 built
pinned, SIGSEGV:  (signal 11), the others ["built by another"], 2 built
pinned, SIGTERM:  (signal 15), the others ["built by another"], 2 built
