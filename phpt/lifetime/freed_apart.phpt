--TEST--
What was freed out of order, and so is slow to follow, makes no search take much longer
--EXTENSIONS--
static_cache
--SKIPIF--
<?php
if (!function_exists('pcntl_fork')) die('skip needs pcntl');
if (getenv('STATIC_CACHE_VALGRIND')) die('skip valgrind runs with another allocator');
?>
--INI--
opcache.static_cache.volatile_size_mb=8
opcache.static_cache.pinned_size_mb=0
memory_limit=1G
--FILE--
<?php
require __DIR__ . '/../helpers/child.inc';
require __DIR__ . '/../helpers/used.inc';

const COUNT = 2_000_000;
OPcache\volatile_store('key', range(0, 50));
$texts = [];
for ($at = 0; $at < COUNT; $at++) {
    $texts[] = str_repeat('x', 30 + $at % 2);
}
/** What a search takes of the processor, in ms. */
$search = function () {
    $value = OPcache\volatile_fetch('key');
    $began = used();
    OPcache\static_quiesce();
    return used() - $began;
};
// Each searches for the first time.
$child = new Child(fn(Child $parent) => $parent->tell((string) $search()));
$before = (float) $child->hear();
mt_srand(1);
$order = range(0, COUNT - 1);
shuffle($order);
foreach ($order as $number => $at) {
    // Some stay, so that their pages do.
    if ($number % 50) {
        unset($texts[$at]);
    }
}
unset($order);
$after = $search();
echo $after < 2 * $before + 100 ? 'as fast' : "$after ms after $before ms", "\n";
?>
--EXPECT--
as fast
