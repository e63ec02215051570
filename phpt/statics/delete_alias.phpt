--TEST--
*_delete() and *_delete_array() take an alias for the class, beside a class and a key of that name, and load nothing
--EXTENSIONS--
static_cache
--FILE--
<?php
use OPcache\{PinnedStatic, VolatileStatic};
use function OPcache\{pinned_cache_info, pinned_delete, pinned_delete_array, pinned_exists, pinned_store, static_publish, volatile_cache_info, volatile_delete};

#[PinnedStatic]
class Counter { public static $n = 0; }
#[VolatileStatic]
class Limits { public static $n = 0; }
#[PinnedStatic]
class Other { public static $n = 0; }
spl_autoload_register(function (string $class): void { echo "asked for $class\n"; });
class_alias('Counter', 'App\Alias');
class_alias('Limits', 'App\Limits');

function all(): string
{
    Counter::$n++;
    Limits::$n++;
    Other::$n++;
    return 'of ' . static_publish() . ' are left';
}
function left(): string
{
    return ' ' . pinned_cache_info()->entry_count . '+' . volatile_cache_info()->entry_count . "\n";
}
foreach (['App\Alias', '\app\ALIAS', 'counter', 'App\Limits', 'App\Missing', '\\', "\0"] as $name) {
    echo all(), pinned_delete($name) ? left() : " failed\n";
    echo all(), pinned_delete_array([7, $name]) ? left() : " failed\n";
}
echo all(), volatile_delete('App\Limits') ? left() : " failed\n";
// The key of that name is gone, too; one of the class's own name stays.
pinned_store('App\Alias', 1);
pinned_store('Counter', 1);
echo all(), pinned_delete('App\Alias') ? left() : " failed\n";
var_dump(pinned_exists('App\Alias'), pinned_exists('Counter'));
// What was deleted counts as unchanged.
var_dump(static_publish(), static_publish());
?>
--EXPECT--
of 3 are left 1+1
of 3 are left 1+1
of 3 are left 1+1
of 3 are left 1+1
of 3 are left 1+1
of 3 are left 1+1
of 3 are left 2+1
of 3 are left 2+1
of 3 are left 2+1
of 3 are left 2+1
of 3 are left 2+1
of 3 are left 2+1
of 3 are left 2+1
of 3 are left 2+1
of 3 are left 2+0
of 3 are left 2+1
bool(false)
bool(true)
int(1)
int(0)
