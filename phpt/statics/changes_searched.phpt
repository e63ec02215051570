--TEST--
With Tracking, another array counts as another one even after a search for memory that nobody uses any more
--EXTENSIONS--
static_cache
--INI--
opcache.static_cache.volatile_size_mb=8
opcache.static_cache.pinned_size_mb=8
--FILE--
<?php
use OPcache as C;

#[C\VolatileStatic(strategy: C\CacheStrategy::Tracking)]
class Holder
{
    public static ?stdClass $held = null;
}
function store(string $key, int $number): bool
{
    return C\pinned_store($key, array_fill(0, 50, sprintf('value %5d', $number)));
}
function hold(?string $key): void
{
    Holder::$held->data = $key === null ? null : C\pinned_fetch($key);
}
/** Not where later calls leave the stack as it is. */
function deep(int $depth, callable $call, mixed ...$arguments): void
{
    $depth ? deep($depth - 1, $call, ...$arguments) : $call(...$arguments);
}

store('first', 0);
Holder::$held = new stdClass;
deep(40, 'hold', 'first');
echo C\static_publish(), " published\n";
// No memory is left but what the first array has.
for ($number = 1; store("other $number", $number); $number++);
hold(null);
C\pinned_delete('first');
C\static_quiesce();
if (!store('second', $number)) {
    C\pinned_delete('other 1');
    store('second', $number);
}
hold('second');
echo C\static_publish(), " published\n";
?>
--EXPECT--
1 published
1 published
