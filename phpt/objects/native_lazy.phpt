--TEST--
Lazy objects within objects that only functions in C can write and read, as those of Ds (PHP 8.4)
--EXTENSIONS--
ds
static_cache
--SKIPIF--
<?php if (PHP_VERSION_ID < 80400) die('skip needs PHP 8.4'); ?>
--INI--
opcache.static_cache.volatile_size_mb=8
opcache.static_cache.enable_cli=1
--FILE--
<?php
use function OPcache\{volatile_fetch, volatile_store};
class Plain
{
    public int $number = 1;
}
$lazy = fn(callable $initialiser) => (new ReflectionClass('Plain'))->newLazyGhost($initialiser);
volatile_store('k', ['a' => new Ds\Vector([$lazy(function (Plain $plain): void { $plain->number = 5; })])]);
echo volatile_fetch('k')['a'][0]->number, "\n";
// Ds itself crashes where what is written first throws.
try {
    volatile_store('k', new Ds\Vector([$lazy(fn() => throw new RuntimeException('not today'))]), 0, true);
} catch (RuntimeException $e) {
    echo $e->getMessage(), "\n";
}
?>
--EXPECT--
5
not today
