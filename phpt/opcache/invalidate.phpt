--TEST--
opcache_invalidate() leaves values alone and takes any path
--EXTENSIONS--
static_cache
--FILE--
<?php
OPcache\volatile_store(__FILE__, 1);
OPcache\pinned_store('k', 2);
opcache_invalidate(__FILE__);
// OPcache that is not at work says no.
$is_off = extension_loaded('Zend OPcache') && !ini_get('opcache.enable_cli');
var_dump(opcache_invalidate(__FILE__, true) !== $is_off);
chdir(__DIR__);
opcache_invalidate('./' . basename(__FILE__), true);
opcache_invalidate('/nowhere/at/all.php', true);
opcache_invalidate('', true);
opcache_invalidate(str_repeat('/long', 2000), true);
opcache_invalidate("with\0nul", true);
opcache_invalidate(new class {
    public function __toString(): string
    {
        return __FILE__;
    }
}, true);
var_dump(OPcache\volatile_fetch(__FILE__), OPcache\pinned_fetch('k'));
foreach ([[], [[]], ['a', true, 1]] as $arguments) {
    try {
        opcache_invalidate(...$arguments);
    } catch (Error $e) {
        echo get_class($e), "\n";
    }
}
$reflection = new ReflectionFunction('opcache_invalidate');
echo $reflection->getReturnType(), ' ', implode(', ', array_map(fn($p) => "{$p->getType()} \${$p->getName()}", $reflection->getParameters())), "\n";
?>
--EXPECT--
bool(true)
int(1)
int(2)
ArgumentCountError
TypeError
ArgumentCountError
bool string $filename, bool $force
