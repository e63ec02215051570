--TEST--
Warnings about memory that the kernel refuses name what helps against that error
--EXTENSIONS--
static_cache
ffi
--SKIPIF--
<?php
if (!function_exists('pcntl_exec')) die('skip needs pcntl');
if (!in_array(php_uname('m'), ['x86_64', 'aarch64'])) die('skip knows the numbers of system calls of x86-64 and AArch64 only');
if (getenv('STATIC_CACHE_VALGRIND')) die('skip valgrind needs descriptors of its own');
?>
--INI--
ffi.enable=1
--FILE--
<?php
require __DIR__ . '/../helpers/binaries.inc';
$options = ['-d', 'html_errors=0', '-d', 'display_errors=1', '-d', 'log_errors=0', '-d', 'opcache.static_cache.volatile_size_mb=1',
    '-d', 'opcache.static_cache.pinned_size_mb=1'];
$code = 'var_dump(OPcache\pinned_store("k", 1)); echo OPcache\pinned_cache_info()->failure_reason, "\n";';
echo "too few descriptors\n";
// One more than those three, which the volatile cache has. (OPcache needs one more.)
echo run(['sh', '-c', 'for fd in 3 4 5 6 7 8 9; do eval "exec $fd>&-"; done; ulimit -n 4; exec "$@"', '-', PHP_BINARY, '-d', 'opcache.enable_cli=0', ...$options, '-r', $code]);
/** Runs PHP without memfd_create, which fails with this error. */
$without = function (int $errno) use ($options, $code): string {
    $child = '$c = FFI::cdef("
            typedef struct { unsigned short code; unsigned char jt, jf; unsigned k; } filter;
            typedef struct { unsigned short len; filter *filters; } program;
            int prctl(int, unsigned long, unsigned long, unsigned long, unsigned long);
        ");
        $filters = $c->new("filter[4]");
        // Load the number; one further unless it is the one; an error; all else is allowed.
        foreach ([[0x20, 0, 0, 0], [0x15, 0, 1, %d], [6, 0, 0, 0x50000 | %d], [6, 0, 0, 0x7fff0000]] as $at => [$code, $jt, $jf, $k]) {
            $filters[$at]->code = $code; $filters[$at]->jt = $jt; $filters[$at]->jf = $jf; $filters[$at]->k = $k;
        }
        $program = $c->new("program");
        $program->len = 4;
        $program->filters = FFI::addr($filters[0]);
        $address = FFI::cast("uintptr_t", FFI::addr($program))->cdata;
        if ($c->prctl(38, 1, 0, 0, 0) !== 0 || $c->prctl(22, 2, $address, 0, 0) !== 0) { exit("no filter\n"); }
        pcntl_exec(PHP_BINARY, array_slice($argv, 1), getenv());';
    $number = php_uname('m') === 'x86_64' ? 319 : 279;
    return run([PHP_BINARY, '-d', 'ffi.enable=1', '-r', sprintf($child, $number, $errno), '--', ...$options, '-r', $code]);
};
echo "forbidden\n", $without(1), "unknown\n", $without(38);
?>
--EXPECTF--
too few descriptors
%AWarning: static_cache: no shared memory for opcache.static_cache.pinned_size_mb=1: memfd_create: Too many open files (os error 24); the pinned cache is unavailable. Allow more open files (ulimit -n) in Unknown on line 0
bool(false)
no shared memory for opcache.static_cache.pinned_size_mb=1: memfd_create: Too many open files (os error 24)
forbidden
%AWarning: static_cache: no shared memory for opcache.static_cache.volatile_size_mb=1: memfd_create: Operation not permitted (os error 1); the volatile cache is unavailable. Allow that system call (the container's seccomp filter, vm.memfd_noexec), or use a kernel that has it in Unknown on line 0
%AWarning: static_cache: no shared memory for opcache.static_cache.pinned_size_mb=1: memfd_create: Operation not permitted (os error 1); the pinned cache is unavailable. Allow that system call (the container's seccomp filter, vm.memfd_noexec), or use a kernel that has it in Unknown on line 0
bool(false)
no shared memory for opcache.static_cache.pinned_size_mb=1: memfd_create: Operation not permitted (os error 1)
unknown
%AWarning: static_cache: no shared memory for opcache.static_cache.volatile_size_mb=1: memfd_create: Function not implemented (os error 38); the volatile cache is unavailable. Allow that system call (the container's seccomp filter, vm.memfd_noexec), or use a kernel that has it in Unknown on line 0
%AWarning: static_cache: no shared memory for opcache.static_cache.pinned_size_mb=1: memfd_create: Function not implemented (os error 38); the pinned cache is unavailable. Allow that system call (the container's seccomp filter, vm.memfd_noexec), or use a kernel that has it in Unknown on line 0
bool(false)
no shared memory for opcache.static_cache.pinned_size_mb=1: memfd_create: Function not implemented (os error 38)
