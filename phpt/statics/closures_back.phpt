--TEST--
A static that is set back to the closure of its default is changed once, and then as declared
--EXTENSIONS--
static_cache
--SKIPIF--
<?php if (PHP_VERSION_ID < 80500) die('skip no closures in defaults before PHP 8.5'); ?>
--FILE--
<?php
#[OPcache\PinnedStatic]
class C
{
    public static int $n = 0;
    public static mixed $closure = strlen(...);
    public static mixed $list = [1, static function () { return 1; }];
}
$published = fn() => OPcache\static_publish() . ' ' . OPcache\static_publish() . "\n";
echo 'untouched ', $published();
[$closure, $list] = [C::$closure, C::$list];
C::$closure = 5;
C::$list = [2];
echo 'changed ', $published();
C::$closure = $closure;
echo 'one set back ', $published();
C::$list = $list;
echo 'both set back ', $published();
C::$n++;
echo 'another ', $published();
C::$closure = trim(...);
try {
    OPcache\static_publish();
} catch (OPcache\StaticCacheException $e) {
    echo $e->getMessage(), "\n";
}
C::$closure = strlen(...);
echo 'made anew ', $published();
?>
--EXPECT--
untouched 0 0
changed 1 0
one set back 1 0
both set back 1 0
another 1 0
C was not published: pinned cache: C::$closure cannot be stored: it is a Closure
made anew 0 0
