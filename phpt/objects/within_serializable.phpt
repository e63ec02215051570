--TEST--
Values that are stored and fetched by a Serializable's methods, within serialize() and unserialize(): methods and autoloaders have numbers of their own
--EXTENSIONS--
static_cache
--SKIPIF--
<?php if (!function_exists('pcntl_fork')) die('skip needs pcntl'); ?>
--INI--
opcache.static_cache.volatile_size_mb=8
opcache.static_cache.pinned_size_mb=8
error_reporting=8191
--FILE--
<?php
require __DIR__ . '/../helpers/compare.inc';

/** What its methods do is the test's. */
class Within implements Serializable
{
    public static $act;

    public function serialize()
    {
        (self::$act)();
        return '';
    }

    public function unserialize($text)
    {
        (self::$act)();
    }

    public static function serializing(callable $act): void
    {
        self::$act = $act;
        $o = new stdClass;
        $text = serialize([new self, $o, $o]);
        echo $text === 'a:3:{i:0;C:6:"Within":0:{}i:1;O:8:"stdClass":0:{}i:2;r:3;}' ? 'right' : $text, ', ';
    }

    public static function unserializing(callable $act): void
    {
        self::$act = $act;
        $got = unserialize('a:4:{i:0;O:8:"stdClass":1:{s:3:"tag";s:5:"outer";}i:1;C:6:"Within":0:{}i:2;O:8:"stdClass":0:{}i:3;r:5;}');
        echo $got[2] === $got[3] ? 'right' : 'wrong', ', ';
    }
}

/** What the second of two references to an object is, in a text of its own. */
function read(): string
{
    return unserialize('a:2:{i:0;O:8:"stdClass":1:{s:3:"tag";s:5:"inner";}i:1;r:2;}')[1]->tag;
}

function written(): string
{
    $o = new stdClass;
    return serialize([$o, $o]);
}

trait Says
{
    public $text;
    public $read;

    public function says(): string
    {
        return $this->read . ($this->text === 'a:2:{i:0;O:8:"stdClass":0:{}i:1;r:2;}' ? '' : $this->text);
    }
}

class Magic
{
    use Says;
    public function __serialize(): array { return [written()]; }
    public function __unserialize(array $data): void { [$this->text, $this->read] = [$data[0], read()]; }
}

class Sleeper
{
    use Says;
    public function __sleep(): array { $this->text = written(); return ['text']; }
    public function __wakeup(): void { $this->read = read(); }
}

class Old implements Serializable
{
    use Says;
    public function serialize() { return written(); }
    public function unserialize($text) { [$this->text, $this->read] = [$text, read()]; }
}

/** One that shares an object with another one in its text. */
class Family implements Serializable
{
    public function __construct(public ?object $shared = null, public ?Member $member = null) {}
    public function serialize() { return serialize([$this->shared, $this->member]); }
    public function unserialize($text) { [$this->shared, $this->member] = unserialize($text); }
    public function says(): string { return $this->shared === $this->member->shared ? 'one' : 'two'; }
}

class Member implements Serializable
{
    public function __construct(public ?object $shared = null) {}
    public function serialize() { return serialize($this->shared); }
    public function unserialize($text) { $this->shared = unserialize($text); }
}

/** Whether calls within one another still share numbers, and calls that are not do not. */
function are_numbered(): string
{
    $shared = new stdClass;
    $text = serialize([$shared, new Member($shared)]);
    [$one, $member] = unserialize($text);
    return $text === 'a:2:{i:0;O:8:"stdClass":0:{}i:1;C:6:"Member":4:{r:2;}}' && $one === $member->shared && read() === 'inner'
        ? 'numbered' : "not numbered: $text";
}

foreach (['volatile', 'pinned'] as $backend) {
    [$store, $fetch] = [of($backend, 'store'), of($backend, 'fetch')];
    foreach ([new Magic, new Sleeper, new Old, new Family($shared = new stdClass, new Member($shared))] as $object) {
        echo "$backend, ", $object::class, ': ';
        Within::serializing(fn() => $store('k', $object));
        echo $fetch('k')->says(), ', ';
        Within::unserializing(function () use ($fetch, &$got) { $got = $fetch('k'); });
        echo $got->says(), ', ';
        // What was stored where nothing else is serialized, and within a method that is.
        $store('k', $object);
        Within::unserializing(function () use ($fetch, &$got) { $got = $fetch('k'); });
        echo $got->says(), ', ', are_numbered(), "\n";
    }
}

echo "An autoloader: ";
spl_autoload_register(function ($class) {
    $GLOBALS['read'] = read();
    eval("class $class {}");
});
if (!$pid = pcntl_fork()) {
    eval('class Later {} class Last {}');
    OPcache\pinned_store_array(['later' => new Later, 'last' => [new Last]]);
    exit;
}
pcntl_waitpid($pid, $status);
Within::unserializing(fn() => OPcache\pinned_fetch('later'));
echo $read, ', ';
Within::serializing(fn() => OPcache\pinned_fetch('last'));
echo $read, ', ', are_numbered(), "\n";

echo "A builder, which is called as any function is: ";
class Builds implements Serializable
{
    public function serialize() { return OPcache\volatile_remember('built', fn() => serialize($GLOBALS['shared'])); }
    public function unserialize($text) {}
}
echo serialize([$shared, new Builds]), ', ', are_numbered(), "\n";

echo "Exceptions: ";
class Throws
{
    public function __serialize(): array { throw new Exception('store'); }
}
class Wakes
{
    public function __wakeup(): void { (Within::$act)(); }
}
Within::serializing(fn() => print outcome(fn() => OPcache\volatile_store('k', new Throws)) . ', ');
$store('wakes', new Wakes);
Within::$act = fn() => throw new Exception('fetch');
echo outcome(fn() => $fetch('wakes')), ', ', are_numbered(), "\n";

echo "A fiber that is suspended meanwhile: ";
foreach ([new Wakes, new Within] as $object) {
    Within::$act = fn() => null;
    $store('suspends', $object);
    Within::$act = Fiber::suspend(...);
    $fiber = new Fiber(fn() => $fetch('suspends'));
    $fiber->start();
    $fiber->resume();
    echo are_numbered(), ', ';
    $fiber = new Fiber(fn() => Within::unserializing(function () use ($fetch) {
        Within::$act = Fiber::suspend(...);
        $fetch('suspends');
    }));
    $fiber->start();
    $fiber->resume();
    echo are_numbered(), ', ';
    $fiber = new Fiber(fn() => $fetch('suspends'));
    $fiber->start();
    unset($fiber);
    gc_collect_cycles();
    echo are_numbered(), "\n";
}

echo "A fiber that goes on when what it was begun in is over: ";
foreach ([new Wakes, new Within] as $object) {
    Within::$act = fn() => null;
    $store('suspends', $object);
    foreach (['serializing', 'unserializing'] as $how) {
        $fiber = new Fiber(fn() => $fetch('suspends'));
        Within::$how(function () use ($fiber) {
            Within::$act = Fiber::suspend(...);
            $fiber->start();
        });
        echo are_numbered(), ', ';
        $fiber->resume();
        echo are_numbered(), '; ';
    }
}

echo "\nOne that a method calls: ";
Within::unserializing(function () use ($fetch) {
    Within::$act = function () {
        $fiber = new Fiber(function () {
            echo read(), ', ';
            Fiber::suspend();
            echo read(), ', ';
        });
        $fiber->start();
        echo read(), ', ';
        $fiber->resume();
        echo read(), ', ';
    };
    $fetch('wakes');
});
echo are_numbered(), "\n";

echo "Two, of which the other one's method is called by PHP: ";
foreach ([['cache', 'native'], ['native', 'cache']] as $order) {
    Within::$act = Fiber::suspend(...);
    $fibers = ['cache' => new Fiber(fn() => $fetch('wakes')), 'native' => new Fiber(fn() => unserialize('O:5:"Wakes":0:{}'))];
    $fibers['cache']->start();
    $fibers['native']->start();
    array_map(fn($name) => $fibers[$name]->resume(), $order);
    echo are_numbered(), '; ';
}
echo "\n";

echo "One in PHP's own call, begun within a Serializable's method of the cache, or going on there: ";
foreach (['serialize', 'unserialize'] as $function) {
    foreach (['begun', 'going on'] as $way) {
        $argument = $function === 'serialize' ? new Within : 'C:6:"Within":0:{}';
        $fiber = new Fiber(fn() => $function($argument));
        $step = function () use ($fiber) {
            Within::$act = Fiber::suspend(...);
            $fiber->isStarted() ? $fiber->resume() : $fiber->start();
        };
        if ($way === 'going on') {
            $step();
        }
        Within::$act = fn() => null;
        $store('suspends', new Within);
        Within::$act = function () use ($fetch, $step) {
            Within::$act = $step;
            $fetch('suspends');
        };
        unserialize('C:6:"Within":0:{}');
        $fiber->isTerminated() ?: $fiber->resume();
        echo are_numbered(), '; ';
    }
}
echo "\n";

echo "An exit: ";
register_shutdown_function(fn() => print are_numbered() . "\n");
Within::$act = fn() => exit;
$fetch('wakes');
?>
--EXPECT--
volatile, Magic: right, inner, right, inner, right, inner, numbered
volatile, Sleeper: right, inner, right, inner, right, inner, numbered
volatile, Old: right, inner, right, inner, right, inner, numbered
volatile, Family: right, one, right, one, right, one, numbered
pinned, Magic: right, inner, right, inner, right, inner, numbered
pinned, Sleeper: right, inner, right, inner, right, inner, numbered
pinned, Old: right, inner, right, inner, right, inner, numbered
pinned, Family: right, one, right, one, right, one, numbered
An autoloader: right, inner, right, inner, numbered
A builder, which is called as any function is: a:2:{i:0;O:8:"stdClass":0:{}i:1;C:6:"Builds":4:{r:2;}}, numbered
Exceptions: Exception: store, right, Exception: fetch, numbered
A fiber that is suspended meanwhile: numbered, right, numbered, numbered
numbered, right, numbered, numbered
A fiber that goes on when what it was begun in is over: right, numbered, numbered; right, numbered, numbered; right, numbered, numbered; right, numbered, numbered; 
One that a method calls: inner, inner, inner, inner, right, numbered
Two, of which the other one's method is called by PHP: numbered; numbered; 
One in PHP's own call, begun within a Serializable's method of the cache, or going on there: numbered; numbered; numbered; numbered; 
An exit: numbered
