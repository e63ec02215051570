--TEST--
What code in one pool can find of another pool: its own memory, files, processes, names
--EXTENSIONS--
static_cache
--SKIPIF--
<?php
require __DIR__ . "/../helpers/fpm.inc";
if ($why = without_fpm(root: true)) die("skip $why");
if (!extension_loaded("ffi")) die("skip needs FFI");
?>
--INI--
opcache.static_cache.volatile_size_mb=8
opcache.static_cache.pinned_size_mb=8
--FILE--
<?php
require __DIR__ . '/../helpers/fpm.inc';
// Three pools; two of them even have the same user.
$fpm = new Fpm(['attacker' => [], 'victim' => [], 'other' => ['user' => 'nobody', 'group' => 'nogroup']], Fpm::EVALUATE, ['arguments' => ['-d', 'ffi.enable=1']]);
$store = fn(string $mark) => "foreach (['volatile', 'pinned'] as \$b) { (\"OPcache\\\\{\$b}_store\")('k', ['$mark' . '-' . bin2hex(random_bytes(16)), str_repeat('$mark' . '-' . bin2hex(random_bytes(16)), 50)]); } return getmypid();";
$pids = ['master' => $fpm->pid()];
foreach (['victim' => 'VICTIM', 'other' => 'VICTIM', 'attacker' => 'MINE'] as $pool => $mark) {
    $pids[$pool] = $fpm->in($pool, $store($mark));
}
$attack = <<<'PHP'
    $libc = FFI::cdef('struct iovec { void *base; size_t len; };
        long process_vm_readv(int pid, struct iovec *local, unsigned long locals, struct iovec *remote, unsigned long remotes, unsigned long flags);
        int fcntl(int fd, int command, ...); long syscall(long number, ...); long pread(int fd, void *buffer, size_t count, long offset);');
    $buffer = $libc->new('char[1048576]');
    $local = $libc->new('struct iovec');
    $remote = $libc->new('struct iovec');
    $local->base = $libc->cast('void *', FFI::addr($buffer));
    $read = function (int $pid, int $address, int $length) use ($libc, $buffer, $local, $remote) {
        $local->len = $remote->len = $length;
        $remote->base = $libc->cast('void *', $address);
        $got = $libc->process_vm_readv($pid, FFI::addr($local), 1, FFI::addr($remote), 1, 0);
        return $got > 0 ? FFI::string($buffer, $got) : null;
    };
    // The pattern does not match itself.
    $found = ['VICTIM' => 0, 'MINE' => 0];
    $count = function (string $bytes) use (&$found) {
        $found['VICTIM'] += preg_match_all('/VICTI[M]-[0-9a-f]{32}/', $bytes);
        $found['MINE'] += preg_match_all('/MIN[E]-[0-9a-f]{32}/', $bytes);
    };
    $own = $regions = 0;
    foreach (file('/proc/self/maps') as $line) {
        [$range, $mode] = explode(' ', $line);
        [$start, $end] = array_map('hexdec', explode('-', $range));
        $cache = str_contains($line, 'memfd:static-cache');
        $own += $cache;
        if ($mode[0] !== 'r' || str_contains($line, '[v')) {
            continue;
        }
        $regions++;
        for ($at = $start; $at < $end; $at += 1048576 - 4096) {
            $bytes = $read(getmypid(), $at, min(1048576, $end - $at));
            $bytes === null ?: $count($bytes);
            unset($bytes);
        }
    }
    $files = [];
    foreach (scandir('/proc/self/fd') as $fd) {
        $link = (string) @readlink("/proc/self/fd/$fd");
        if (!str_contains($link, 'memfd:static-cache')) {
            continue;
        }
        $files[] = [$link, ($libc->fcntl((int) $fd, 1) & 1) === 1, $libc->fcntl((int) $fd, 1034) & 7];
        for ($at = 0; ($got = $libc->pread((int) $fd, FFI::addr($buffer), 1048576, $at)) > 0; $at += $got) {
            $count(FFI::string($buffer, $got));
        }
    }
    sort($files);
    $others = [];
    foreach (json_decode($_SERVER['PIDS'], true) as $who => $pid) {
        $open = [];
        foreach (["/proc/$pid/mem", "/proc/$pid/maps", "/proc/$pid/fd/5", "/proc/$pid/fd/6", "/proc/$pid/environ"] as $path) {
            $open[] = @file_get_contents($path, length: 10) === false ? 0 : 1;
        }
        $open[] = @scandir("/proc/$pid/fd") === false ? 0 : 1;
        $open[] = @scandir("/proc/$pid/map_files") === false ? 0 : 1;
        $pidfd = $libc->syscall(434, $pid, 0);
        for ($fd = 3, $got = 0; $fd < 40; $fd++) {
            $got += $libc->syscall(438, $pidfd, $fd, 0) >= 0;
        }
        $open[] = $got;
        $local->len = $remote->len = 8;
        $remote->base = $libc->cast('void *', FFI::addr($buffer));
        $open[] = $libc->process_vm_readv($pid, FFI::addr($local), 1, FFI::addr($remote), 1, 0) > 0 ? 1 : 0;
        $others[$who] = array_sum($open);
    }
    $names = count(array_filter([...@scandir('/dev/shm') ?: [], ...@scandir('/dev/mqueue') ?: []], fn($name) => str_contains($name, 'cache')));
    return [$found['VICTIM'], $found['MINE'] >= 4, $own, $regions > 20, $files, $others, $names];
    PHP;
unset($pids['attacker']);
foreach ([1, 2] as $round) {
    echo json_encode($fpm->in('attacker', $attack, ['PIDS' => json_encode($pids)]), JSON_UNESCAPED_SLASHES), "\n";
}
// From outside: each worker has the memory of its own pool and nothing else, left out of core dumps.
$memory = function (int $pid): array {
    preg_match_all('~^\S+ (\S+) \S+ \S+ (\d+) +/memfd:static-cache-(\w+).*?^VmFlags: ([\w ]+)$~ms', file_get_contents("/proc/$pid/smaps"), $found, PREG_SET_ORDER);
    $inodes = $modes = [];
    foreach ($found as [, $mode, $inode, $backend, $flags]) {
        $inodes[$inode] = $backend;
        $modes[] = "$backend $mode " . (in_array('dd', explode(' ', $flags)) ? 'not dumped' : 'dumped');
    }
    $descriptors = [];
    foreach (listed("/proc/$pid/fd") as $fd) {
        if (str_contains((string) @readlink("/proc/$pid/fd/$fd"), 'memfd:static-cache')) {
            // PHP's own stat() follows the link by its text where threads have working directories of their own.
            $descriptors[] = (int) run(['stat', '-L', '-c', '%i', "/proc/$pid/fd/$fd"]);
        }
    }
    sort($modes);
    sort($descriptors);
    ksort($inodes);
    return [$inodes, $modes, $descriptors];
};
$all = [];
foreach ($fpm->workers() as $pid) {
    [$inodes, $modes, $descriptors] = $memory($pid);
    var_dump($descriptors === array_keys($inodes));
    $all = [...$all, ...$descriptors];
}
echo implode("\n", $modes), "\n";
var_dump(count($all), count(array_unique($all)));
[$inodes, , $descriptors] = $memory($fpm->pid());
// The master maps nothing.
var_dump($inodes, array_diff($all, $descriptors));
?>
--EXPECT--
[0,true,4,true,[["/memfd:static-cache-pinned (deleted)",true,7],["/memfd:static-cache-volatile (deleted)",true,7]],{"master":0,"victim":0,"other":0},0]
[0,true,4,true,[["/memfd:static-cache-pinned (deleted)",true,7],["/memfd:static-cache-volatile (deleted)",true,7]],{"master":0,"victim":0,"other":0},0]
bool(true)
bool(true)
bool(true)
pinned r--s not dumped
pinned rw-s not dumped
volatile r--s not dumped
volatile rw-s not dumped
int(6)
int(6)
array(0) {
}
array(0) {
}
