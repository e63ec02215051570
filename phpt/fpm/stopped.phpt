--TEST--
A worker that finds the memory in the making waits no longer than it may, and tries again in its next request
--EXTENSIONS--
static_cache
--SKIPIF--
<?php
require __DIR__ . "/../helpers/fpm.inc";
if ($why = without_fpm()) die("skip $why");
if (!extension_loaded("ffi")) die("skip needs FFI");
?>
--INI--
opcache.static_cache.volatile_size_mb=8
opcache.static_cache.pinned_size_mb=8
opcache.static_cache.lock_timeout_ms=30
--FILE--
<?php
require __DIR__ . '/../helpers/fpm.inc';
$fpm = new Fpm(['www' => ['pm.max_children' => '2']], Fpm::EVALUATE, ['arguments' => ['-d', 'ffi.enable=1']]);
// What a worker would have that is stopped in the middle: the lock in the first page of the memory file.
$holder = $fpm->ask('www', '', ['CODE' => <<<'PHP'
    $libc = FFI::cdef('void *mmap(void *at, size_t length, int protection, int flags, int fd, long offset);
        int pthread_mutex_trylock(void *mutex); int pthread_mutex_unlock(void *mutex);');
    foreach (scandir('/proc/self/fd') as $fd) {
        if (str_contains((string) @readlink("/proc/self/fd/$fd"), 'memfd:static-cache-volatile')) {
            $lock = $libc->cast('char *', $libc->mmap(null, 4096, 3, 1, (int) $fd, 0)) + 2056;
            $taken = $libc->pthread_mutex_trylock($lock);
        }
    }
    file_put_contents($_SERVER['FLAG'], $taken);
    while (file_exists($_SERVER['FLAG'])) {
        usleep(1000);
    }
    $libc->pthread_mutex_unlock($lock);
    OPcache\pinned_store('k', 'from the holder');
    return [OPcache\pinned_cache_info()->available, $taken];
    PHP, 'FLAG' => $flag = sys_get_temp_dir() . '/static-cache-flag-' . getmypid()]);
until(fn() => is_file($flag) && file_get_contents($flag) !== '', 'the lock');
$look = 'usleep(3000); $i = OPcache\pinned_cache_info(); return [getmypid(), $i->available, $i->failure_reason, OPcache\pinned_fetch("k"), OPcache\volatile_cache_info()->available];';
foreach ([1, 2] as $_) {
    [$pid, $available, $reason] = $fpm->in('www', $look);
    var_dump($available, $reason);
}
unlink($flag);
echo Fpm::answer($holder), "\n";
$found = until(function () use ($fpm, $look, $pid) {
    $connections = [$fpm->ask('www', '', ['CODE' => $look]), $fpm->ask('www', '', ['CODE' => $look])];
    foreach ($connections as $connection) {
        $answer = json_decode(Fpm::answer($connection));
        if ($answer[0] === $pid) {
            $found = $answer;
        }
    }
    return $found ?? null;
}, 'an answer of the other worker');
echo json_encode(array_slice($found, 1)), "\n";
var_dump(count($fpm->said(1)) === 1);
?>
--EXPECTF--
bool(false)
string(%d) "unavailable: another worker of pool "www" was preparing the memory for more than 30 ms (opcache.static_cache.lock_timeout_ms)"
bool(false)
string(%d) "unavailable: another worker of pool "www" was preparing the memory for more than 30 ms (opcache.static_cache.lock_timeout_ms)"
[true,0]
[true,null,"from the holder",true]
bool(true)
