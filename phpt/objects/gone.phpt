--TEST--
Objects that a later object's method takes out of the value are no part of what is stored, and nothing is called for them
--EXTENSIONS--
static_cache
--FILE--
<?php
class Asked
{
    public function __construct(public string $name) {}

    public function __serialize(): array
    {
        ($GLOBALS['change'])($this->name);
        return [$this->name];
    }

    public function __unserialize(array $data): void
    {
        $this->name = $data[0];
        echo "{$this->name} ";
    }
}

class Woken
{
    public function __construct(public string $name) {}

    public function __sleep(): array
    {
        ($GLOBALS['change'])($this->name);
        return ['name'];
    }

    public function __wakeup(): void
    {
        echo "{$this->name} ";
    }
}

function check(string $what, mixed $value, Closure $change): void
{
    $GLOBALS['change'] = $change;
    foreach (['volatile', 'pinned'] as $cache) {
        echo "{$what}: ";
        $copy = null;
        if (("OPcache\\{$cache}_store")('gone', $value, throw_on_error: true)) {
            $copy = ("OPcache\\{$cache}_fetch")('gone');
            echo '| ';
            // A second fetch may build it another way.
            $copy = [$copy, ("OPcache\\{$cache}_fetch")('gone')];
        }
        echo '| ', $copy[0] == $value && $copy[1] == $value ? "as it is now\n" : "DIFFERENT\n";
        unset($copy);
        gc_collect_cycles();
    }
}

$object = new stdClass();
$object->list = [new Asked('itself'), 1, 2, 3];
check('its own list', $object, function () use ($object) { unset($object->list); });

$first = [new Asked('first')];
$value = ['tied' => &$first, 'second' => new Asked('second')];
check('of an array', $value, function (string $name) use (&$first) { if ($name === 'second') { $first = null; } });

$holder = new stdClass();
$holder->gone = new Woken('gone');
$holder->stays = new Woken('stays');
check('woken', [$holder, 'text'], function (string $name) use ($holder) { if ($name === 'stays') { unset($holder->gone); } });

$date = new stdClass();
$date->gone = new DateTimeImmutable('2024-01-01 UTC');
$date->stays = new DateTimeImmutable('2024-02-02 UTC');
$date->asked = new Asked('dates');
check('dates', $date, function () use ($date) { unset($date->gone); });

$all = new stdClass();
$all->a = new Asked('a');
$all->b = new Woken('b');
$all->c = new Asked('c');
check('all', $all, function (string $name) use ($all) { if ($name === 'c') { unset($all->a, $all->b, $all->c); $all->d = 'left'; } });
?>
--EXPECT--
its own list: | | as it is now
its own list: | | as it is now
of an array: second | second | as it is now
of an array: second | second | as it is now
woken: stays | stays | as it is now
woken: stays | stays | as it is now
dates: dates | dates | as it is now
dates: dates | dates | as it is now
all: | | as it is now
all: | | as it is now
