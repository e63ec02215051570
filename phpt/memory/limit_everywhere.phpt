--TEST--
The memory limit can hit at any allocation of any function, and leaves nothing behind for others
--EXTENSIONS--
static_cache
--SKIPIF--
<?php
if (!function_exists('pcntl_fork')) die('skip needs pcntl');
if (!function_exists('posix_kill')) die('skip needs posix');
?>
--FILE--
<?php
require __DIR__ . '/../helpers/binaries.inc';
// Allocations are counted to the byte there, so a step of the limit is a step of the call.
$process = proc_open(
    [PHP_BINARY, ...settings(), '-d', 'display_errors=0', '-d', 'memory_limit=-1', __DIR__ . '/limit_everywhere.inc'],
    [['file', '/dev/null', 'r'], STDOUT, STDOUT],
    $pipes,
    null,
    ['USE_ZEND_ALLOC' => '0', 'USE_TRACKED_ALLOC' => '1'] + getenv(),
);
var_dump(proc_close($process));
?>
--EXPECTF--
fetch of a template: %r[1-9][0-9]*%r limits, then whole
fetch_array: %r[1-9][0-9]*%r limits, then whole
keys: %r[1-9][0-9]*%r limits, then whole
cache_info: %r[1-9][0-9]*%r limits, then whole
phpinfo: %r[1-9][0-9]*%r limits, then whole
store: 0 limits, then whole
store_array: 0 limits, then whole
store of what cannot be stored: %r[1-9][0-9]*%r limits, then whole
wrong argument: %r[1-9][0-9]*%r limits, then whole
overflow with a handler: %r[1-9][0-9]*%r limits, then whole
remember: %r[1-9][0-9]*%r limits, then whole
nested remember: %r[1-9][0-9]*%r limits, then whole
int(0)
