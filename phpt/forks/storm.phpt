--TEST--
Forks again and again while others store and clear: each process keeps what it holds, whatever becomes of the others
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
opcache.static_cache.lock_timeout_ms=20000
opcache.jit=disable
--FILE--
<?php
// Without JIT, as in crashes/storm.phpt.
require __DIR__ . '/../helpers/child.inc';
require __DIR__ . '/../helpers/clean.inc';

function value(int $seed): array
{
    $value = ['seed' => $seed, 'text' => str_repeat(chr(65 + $seed % 26), 500 + $seed % 700), 'list' => range($seed, $seed + 200)];
    $value['again'] = &$value['text'];
    return $value;
}
function whole(mixed $value): bool
{
    return is_array($value) && $value === value($value['seed']);
}
function fetch_some(int $seed): array
{
    $held = [];
    for ($at = 0; $at < 10; $at++) {
        $backend = $at % 2 ? 'volatile' : 'pinned';
        $held[] = ("OPcache\\{$backend}_fetch")('key' . ($seed + $at) % 20, null);
    }
    return array_filter($held, fn($value) => $value !== null);
}
function check(array $held, string $who): void
{
    foreach ($held as $value) {
        if (!whole($value)) {
            OPcache\pinned_store('torn', $who);
        }
    }
}
$stop = '/tmp/static-cache-forks-' . getmypid();
$writers = [];
foreach ([1, 2] as $number) {
    $writers[] = new Child(function (Child $parent) use ($number, $stop) {
        $parent->tell('running');
        for ($at = $number; !file_exists($stop); $at++) {
            OPcache\volatile_store('key' . $at % 20, value($at));
            OPcache\pinned_store('key' . $at % 20, value($at));
            if ($at % 97 === 0) {
                OPcache\volatile_clear();
                OPcache\pinned_delete_array(array_map(fn(int $key) => "key$key", range(0, 9)));
            }
        }
    });
}
foreach ($writers as $writer) {
    $writer->hear();
}
// Open as long as any of its descendants lives: those of a child that was killed are nobody's to wait for.
[$reading, $living] = stream_socket_pair(STREAM_PF_UNIX, STREAM_SOCK_STREAM, 0);
// From here on the parent holds something new at each fork.
$held = [];
$children = [];
mt_srand(1);
for ($round = 0; $round < 60; $round++) {
    array_push($held, ...fetch_some($round));
    $children[] = new Child(function (Child $parent) use ($held, $round) {
        check($held, "child $round, at once");
        $own = fetch_some($round + 7);
        $grandchild = new Child(function (Child $parent) use ($held, $own, $round) {
            check($held, "grandchild $round, of its grandparent");
            OPcache\volatile_store("of grandchild $round", value($round));
            $more = fetch_some($round + 3);
            if ($round % 4 === 0) {
                posix_kill(getmypid(), SIGKILL);
            }
            for ($at = 0; $at < 20; $at++) {
                OPcache\pinned_store('key' . $at, value($at + $round));
            }
            check([...$held, ...$own, ...$more], "grandchild $round, at its end");
        });
        OPcache\pinned_store('key' . $round % 20, value($round));
        $grandchild->join();
        check([...$held, ...$own], "child $round, after its grandchild");
        $parent->tell('done');
        $parent->hear();
    });
    check($held, "parent, round $round");
    if (count($children) > 3) {
        // Some die before they have done anything, some have ended.
        $index = mt_rand(0, 3);
        $child = array_splice($children, $index, 1)[0];
        if ($round % 3) {
            $child->kill();
        } else {
            $child->hear();
            $child->tell('end');
            $child->join();
        }
    }
    if ($round % 10 === 9) {
        $held = array_slice($held, -20);
    }
}
foreach ($children as $child) {
    $child->kill();
}
touch($stop);
foreach ($writers as $writer) {
    echo $writer->join(), "\n";
}
unlink($stop);
fclose($living);
stream_set_timeout($reading, 60);
var_dump(stream_get_contents($reading));
// Who was killed between announcing a fork and forking leaves a promise that nobody redeems, for 10 seconds.
for ($until = hrtime(true) + 20_000_000_000; hrtime(true) < $until; usleep(10_000)) {
    if (OPcache\volatile_cache_info()->active_readers + OPcache\pinned_cache_info()->active_readers === 2) {
        break;
    }
}
check($held, 'parent, at the end');
var_dump(OPcache\pinned_fetch('torn'));
// What is left is the parent's own: all others are gone, killed or not.
var_dump(left_behind([], 1), OPcache\volatile_cache_info()->active_readers, OPcache\pinned_cache_info()->active_readers);
?>
--EXPECT--
exit 0
exit 0
string(0) ""
NULL
array(0) {
}
int(1)
int(1)
