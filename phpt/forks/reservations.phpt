--TEST--
A forked child neither owns nor releases what its parent reserved, and a builder that forks stores once
--EXTENSIONS--
static_cache
--SKIPIF--
<?php
if (!function_exists('pcntl_fork')) die('skip needs pcntl');
if (!function_exists('posix_kill')) die('skip needs posix');
?>
--INI--
opcache.static_cache.volatile_size_mb=8
opcache.static_cache.pinned_size_mb=8
opcache.static_cache.lock_timeout_ms=50
--FILE--
<?php
require __DIR__ . '/../helpers/child.inc';
require __DIR__ . '/../helpers/clean.inc';

foreach (['volatile', 'pinned'] as $backend) {
    $call = fn(string $name, mixed ...$arguments) => ("OPcache\\{$backend}_$name")(...$arguments);
    var_dump($call('lock', 'k'), $call('lock', 'leased', 1000));
    $ends = [
        'end' => fn() => null,
        'exit' => fn() => exit(0),
        'fatal error' => fn() => [ini_set('display_errors', false), trigger_error('fatal', E_USER_ERROR)],
        'kill' => fn() => posix_kill(getmypid(), SIGKILL),
    ];
    foreach ($ends as $name => $end) {
        $child = new Child(function () use ($call, $end, $name) {
            foreach (['k', 'leased'] as $key) {
                if ($call('lock', $key) || $call('unlock', $key) || $call('store', $key, 1) || $call('add', $key, 1)) {
                    echo "$name: $key is the child's\n";
                }
            }
            // Its own, and another generation.
            $call('lock', 'of the child') || print("$name: not reserved\n");
            $grandchild = new Child(function () use ($call, $name) {
                if ($call('lock', 'k') || $call('unlock', 'k') || $call('lock', 'of the child') || $call('unlock', 'of the child')) {
                    echo "$name: something is the grandchild's\n";
                }
            });
            $grandchild->join();
            $call('unlock', 'of the child') || print("$name: lost\n");
            $end();
        });
        $child->join();
        // Still the parent's, as everybody else sees.
        $other = new Child(function () use ($call, $name) {
            if ($call('lock', 'k') || $call('lock', 'leased')) {
                echo "$name: the child has released\n";
            }
        });
        $other->join();
    }
    var_dump($call('unlock', 'k'), $call('unlock', 'leased'));

    echo "fork in a builder\n";
    $value = $call('remember', 'built', function () use ($call, $backend) {
        $ours = getmypid();
        $child = pcntl_fork();
        if ($child === 0) {
            // Comes back from the builder as well.
            return ['by', $ours === getmypid() ? 'parent' : 'child'];
        }
        // Waits for the child, which must not wait for us.
        pcntl_waitpid($child, $status);
        echo "the child's exit: ", pcntl_wexitstatus($status), "\n";
        return ['by', $ours === getmypid() ? 'parent' : 'child'];
    });
    if ($value === ['by', 'child']) {
        exit($call('exists', 'built') || $call('unlock', 'built') ? 1 : 0);
    }
    echo json_encode([$value, $call('fetch', 'built'), $call('lock', 'built'), $call('unlock', 'built')]), "\n";

    echo "a builder whose child outlives it\n";
    $line = stream_socket_pair(STREAM_PF_UNIX, STREAM_SOCK_STREAM, 0);
    $value = $call('remember', 'again', function () use ($line, &$child) {
        $child = pcntl_fork();
        if ($child === 0) {
            fgets($line[0]);
        }
        return $child === 0 ? 'by the child' : 'by the parent';
    });
    if ($value === 'by the child') {
        exit($call('fetch', 'again') === 'by the parent' ? 0 : 1);
    }
    fwrite($line[1], "go on\n");
    pcntl_waitpid($child, $status);
    echo json_encode([$value, pcntl_wexitstatus($status), $call('fetch', 'again')]), "\n";
    $call('clear');
}
var_dump(left_behind(['k', 'leased', 'of the child', 'built', 'again'], 1));
?>
--EXPECT--
bool(true)
bool(true)
bool(true)
bool(true)
fork in a builder
the child's exit: 0
[["by","parent"],["by","parent"],true,true]
a builder whose child outlives it
["by the parent",0,"by the parent"]
bool(true)
bool(true)
bool(true)
bool(true)
fork in a builder
the child's exit: 0
[["by","parent"],["by","parent"],true,true]
a builder whose child outlives it
["by the parent",0,"by the parent"]
array(0) {
}
