--TEST--
Typed properties that are unset after a fetch: __get() is called for them as for those of a new object; unserialize() has it otherwise
--EXTENSIONS--
static_cache
--INI--
opcache.static_cache.pinned_size_mb=8
opcache.static_cache.volatile_size_mb=8
--FILE--
<?php
class Lazy
{
    public int $typed;
    public int $default = 5;
    public $untyped = 6;
    public int $never;
    private string $hidden;

    public function __construct()
    {
        [$this->typed, $this->hidden] = [1, '2'];
    }

    public function __get(string $name): mixed
    {
        return 7;
    }

    public function unset(): string
    {
        unset($this->typed, $this->default, $this->untyped, $this->hidden);
        return $this->says();
    }

    public function says(): string
    {
        $says = [];
        foreach (['typed', 'default', 'untyped', 'hidden', 'never'] as $name) {
            try {
                $says[] = "$name " . $this->$name;
            } catch (Error) {
                $says[] = "$name: error";
            }
        }
        return implode(', ', $says);
    }
}
class Wakes extends Lazy
{
    public function __wakeup(): void {}
}

foreach ([Lazy::class, Wakes::class] as $class) {
    OPcache\volatile_store('k', $object = new $class);
    OPcache\pinned_store('k', [$object, $object]);
    $made = [
        'new' => new $class,
        'clone' => clone $object,
        'volatile' => OPcache\volatile_fetch('k'),
        'volatile again' => OPcache\volatile_fetch('k'),
        'pinned' => OPcache\pinned_fetch('k')[1],
        'unserialize' => unserialize(serialize($object)),
    ];
    foreach ($made as $how => $one) {
        echo "$class, $how: ", $one->unset(), "\n";
    }
    // Unset before: as in a new object, for all of them.
    $object->unset();
    unset($object->never);
    OPcache\volatile_store('k', $object);
    echo 'stored: ', $object->says(), "\n";
    $untouched = (new ReflectionClass($class))->newInstanceWithoutConstructor()->says();
    foreach ([OPcache\volatile_fetch('k'), OPcache\volatile_fetch('k'), unserialize(serialize($object))] as $one) {
        echo $one->says() === $untouched ? $untouched : 'other: ' . $one->says(), "\n";
    }
}
?>
--EXPECT--
Lazy, new: typed 7, default 7, untyped 7, hidden 7, never: error
Lazy, clone: typed 7, default 7, untyped 7, hidden 7, never: error
Lazy, volatile: typed 7, default 7, untyped 7, hidden 7, never: error
Lazy, volatile again: typed 7, default 7, untyped 7, hidden 7, never: error
Lazy, pinned: typed 7, default 7, untyped 7, hidden 7, never: error
Lazy, unserialize: typed: error, default 7, untyped 7, hidden: error, never: error
stored: typed 7, default 7, untyped 7, hidden 7, never 7
typed: error, default 5, untyped 6, hidden: error, never: error
typed: error, default 5, untyped 6, hidden: error, never: error
typed: error, default 5, untyped 6, hidden: error, never: error
Wakes, new: typed 7, default 7, untyped 7, hidden 7, never: error
Wakes, clone: typed 7, default 7, untyped 7, hidden 7, never: error
Wakes, volatile: typed 7, default 7, untyped 7, hidden 7, never: error
Wakes, volatile again: typed 7, default 7, untyped 7, hidden 7, never: error
Wakes, pinned: typed 7, default 7, untyped 7, hidden 7, never: error
Wakes, unserialize: typed: error, default 7, untyped 7, hidden: error, never: error
stored: typed 7, default 7, untyped 7, hidden 7, never 7
typed: error, default 5, untyped 6, hidden: error, never: error
typed: error, default 5, untyped 6, hidden: error, never: error
typed: error, default 5, untyped 6, hidden: error, never: error
