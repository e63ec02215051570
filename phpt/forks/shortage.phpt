--TEST--
Children keep what their parents hold also where reader slots or descriptors are short
--EXTENSIONS--
static_cache
--SKIPIF--
<?php
if (!function_exists('pcntl_fork')) die('skip needs pcntl');
if (!function_exists('posix_kill')) die('skip needs posix');
if (getenv('STATIC_CACHE_VALGRIND')) die('skip valgrind needs descriptors of its own');
?>
--INI--
opcache.static_cache.volatile_size_mb=8
opcache.static_cache.pinned_size_mb=8
opcache.static_cache.readers=1
--FILE--
<?php
require __DIR__ . '/../helpers/child.inc';
require __DIR__ . '/../helpers/clean.inc';

$held = [];
for ($at = 0; $at < 5; $at++) {
    OPcache\volatile_store("k$at", range($at, 2000));
    $held[] = OPcache\volatile_fetch("k$at");
}
$whole = fn() => $held == array_map(fn(int $at) => range($at, 2000), range(0, 4));
function churn(): void
{
    for ($at = 0; $at < 500; $at++) {
        OPcache\volatile_store('k' . $at % 5, str_repeat(chr($at % 256), 32_000));
    }
    OPcache\volatile_clear();
}
/** Twelve generations, each held by the next; the innermost says when. */
$lineage = function (int $depth, Child $root) use (&$lineage, $whole): void {
    if ($depth === 12) {
        $root->tell('all are there');
        $root->hear();
        return;
    }
    $child = new Child(fn() => $lineage($depth + 1, $root));
    if ($child->join() !== 'exit 0' || !$whole()) {
        exit(1);
    }
};
$first = new Child(fn(Child $root) => $lineage(1, $root));
echo $first->hear(), "\n";
// The parent's own hold ends at its end only; what the children hold must not depend on it.
var_dump(OPcache\volatile_cache_info()->overflow_readers > 0);
churn();
$first->tell('go on');
echo $first->join(), "\n";
var_dump($whole(), OPcache\volatile_cache_info()->active_readers);

echo "no descriptor left\n";
$all = [];
while ($handle = @fopen('/dev/null', 'r')) {
    $all[] = $handle;
}
$child = pcntl_fork();
if ($child === 0) {
    churn();
    exit($whole() ? 0 : 1);
}
churn();
pcntl_waitpid($child, $status);
$all = $handle = null;
var_dump(pcntl_wexitstatus($status), $whole(), OPcache\volatile_cache_info()->active_readers, left_behind([], 1));
?>
--EXPECT--
all are there
bool(true)
exit 0
bool(true)
int(1)
no descriptor left
int(0)
bool(true)
int(1)
array(0) {
}
