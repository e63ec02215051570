--TEST--
A child of a fork that runs no fork handlers gives nothing of its parent's up
--EXTENSIONS--
static_cache
ffi
--SKIPIF--
<?php
try {
    FFI::cdef('int _Fork(void);');
} catch (FFI\Exception) {
    die('skip the C library has no _Fork()');
}
?>
--INI--
ffi.enable=1
opcache.static_cache.volatile_size_mb=8
--FILE--
<?php
use function OPcache\{volatile_cache_info, volatile_delete, volatile_fetch, volatile_store};

$c = FFI::cdef('int _Fork(void); int waitpid(int, int *, int);');
$made = fn() => ['list' => range(1, 300), 'text' => str_repeat('x', 600)];
volatile_store('key', $made());
$value = volatile_fetch('key');
$child = $c->_Fork();
if ($child === 0) {
    exit(0);
}
$c->waitpid($child, null, 0);
echo volatile_cache_info()->active_readers, " reader\n";
volatile_delete('key');
for ($at = 0; $at < 2000; $at++) {
    volatile_store('churn' . $at % 30, str_repeat(chr(65 + $at % 26), 300 + 5 * $at));
}
var_dump($value === $made());
?>
--EXPECT--
1 reader
bool(true)
