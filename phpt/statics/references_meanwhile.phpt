--TEST--
What methods and destructors assign and bind in the middle of a restore, with and without references in the state
--EXTENSIONS--
static_cache
--SKIPIF--
<?php
if (!function_exists('pcntl_fork') || !function_exists('posix_kill')) {
    die('skip needs pcntl and posix');
}
?>
--FILE--
<?php
final class Assigns
{
    public function __destruct()
    {
        State::$late = 'by destructor';
    }
}

final class Binds
{
    public function __destruct()
    {
        State::$p =& State::$q;
    }
}

final class Value
{
    public static ?Closure $do = null;
    public int $x = 1;

    public function __wakeup(): void
    {
        (self::$do ?? fn () => null)();
    }
}

/** What a child process does with the class. */
function request(callable $work, ?Closure $meanwhile = null): void
{
    $child = pcntl_fork();
    if ($child === 0) {
        Value::$do = $meanwhile;
        eval('#[OPcache\PinnedStatic] class State {
            public static $p = 0; public static $q = 0; public static $early = null; public static $a = null; public static $b = null;
            public static $value = null; public static $late = null; public static $last = null;
        }');
        $work();
        // Nothing is published at its end.
        posix_kill(posix_getpid(), SIGKILL);
    }
    pcntl_waitpid($child, $status);
}

function stores(bool $references): void
{
    [State::$p, State::$q, State::$early, State::$a, State::$late, State::$value] = [1, 1, 'e', 'shared', 'stored', new Value()];
    if ($references) {
        State::$b =& State::$a;
    }
    OPcache\static_publish();
}

function is_bound(): bool
{
    State::$q = 2;
    return State::$p === 2;
}

foreach ([false, true] as $references) {
    echo $references ? "references\n" : "none\n";
    request(fn () => stores($references));
    $assigns = fn () => State::$early = new Assigns();
    request(function () {
        echo 'assigned: ', State::$late, ', published ', OPcache\static_publish(), "\n";
    }, $assigns);
    request(function () {
        echo 'next: ', State::$late, "\n";
    });
    $binds = function () {
        State::$last = new Binds();
    };
    request(function () {
        echo 'bound: published ', OPcache\static_publish(), "\n";
    }, $binds);
    request(function () {
        echo 'next: ', json_encode(is_bound()), "\n";
    });
    request(fn () => OPcache\pinned_delete('State'));
    request(fn () => stores($references));
    // A reference that is taken meanwhile is used, and what it has is let go of before the statics get their values.
    $taken = function () {
        $GLOBALS['taken'] = &State::$a;
        State::$a = new Binds();
    };
    request(function () {
        echo 'taken: published ', OPcache\static_publish(), ', ', json_encode(is_bound()), "\n";
    }, $taken);
    request(function () {
        echo 'next: ', json_encode(is_bound()), "\n";
    });
    // Two that are bound to each other meanwhile have their own values again.
    $both = function () {
        State::$late =& State::$early;
    };
    request(function () {
        echo 'both: ', State::$early, ' ', State::$late, ', published ', OPcache\static_publish(), "\n";
    }, $both);
    request(function () {
        echo 'next: ', State::$early, ' ', State::$late, "\n";
    });
    request(fn () => OPcache\pinned_delete('State'));
}
?>
--EXPECT--
none
assigned: stored, published 0
next: stored
bound: published 1
next: true
taken: published 1, true
next: true
both: e stored, published 0
next: e stored
references
assigned: stored, published 0
next: stored
bound: published 1
next: true
taken: published 1, true
next: true
both: e stored, published 0
next: e stored
