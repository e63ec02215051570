--TEST--
A memory limit that is met while objects in an array with shared references begin to be watched ends the request in order
--EXTENSIONS--
static_cache
--SKIPIF--
<?php
if (!function_exists('pcntl_fork')) die('skip needs pcntl');
if (PHP_VERSION_ID < 80300) die('skip this PHP ends the process where the message of the limit has no room');
if (PHP_DEBUG) die('skip weak references of a PHP that is built to be debugged do not survive the limit');
if (getenv('STATIC_CACHE_VALGRIND')) die('skip valgrind runs with another allocator');
?>
--INI--
opcache.static_cache.pinned_size_mb=16
--FILE--
<?php
#[OPcache\PinnedStatic] class Kept { public static $list = []; }
class Item {}

$ends = [];
for ($more = 0; $more <= 40; $more += 4) {
    $pid = pcntl_fork();
    if ($pid === 0) {
        ini_set('memory_limit', '-1');
        for ($at = 0; $at < 40_000; $at++) {
            $list[] = new Item();
        }
        $value = 1;
        $list['one'] = &$value;
        $list['other'] = &$value;
        Kept::$list = $list;
        unset($list);
        ini_set('display_errors', '0');
        ini_set('log_errors', '0');
        ini_set('memory_limit', (string) (memory_get_usage(true) + $more * 262_144));
        OPcache\pinned_delete('Kept');
        OPcache\static_publish();
        exit(0);
    }
    pcntl_waitpid($pid, $status);
    $ends[] = pcntl_wifsignaled($status) ? 'signal ' . pcntl_wtermsig($status) : (in_array(pcntl_wexitstatus($status), [0, 255]) ? 'in order' : pcntl_wexitstatus($status));
}
echo implode("\n", array_unique($ends)), "\n";
?>
--EXPECT--
in order
