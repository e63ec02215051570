--TEST--
A class that has become abstract, an interface or a trait is a miss: there are no objects of it
--EXTENSIONS--
static_cache
--SKIPIF--
<?php
if (!extension_loaded('pcntl')) echo 'skip needs pcntl';
?>
--FILE--
<?php
function in_child(callable $work): void
{
    $child = pcntl_fork();
    if ($child === 0) {
        $work();
        exit(0);
    }
    pcntl_waitpid($child, $status);
    if ($status !== 0) {
        echo "the child ended with {$status}\n";
    }
}

$names = ['ToAbstract', 'ToImplicit', 'ToInterface', 'ToTrait', 'ToEnum', 'Stays'];
in_child(function () use ($names) {
    foreach ($names as $name) {
        eval("class {$name} { public \$x = 1; function go() { return 1; } }");
        OPcache\pinned_store($name, new $name());
        OPcache\volatile_store($name, [new $name()]);
    }
});
in_child(function () use ($names) {
    eval('abstract class ToAbstract { public $x = 1; function go() { return 1; } }
        abstract class ToImplicit { public $x = 1; abstract function go(); }
        interface ToInterface { function go(); }
        trait ToTrait { public $x = 1; function go() { return 1; } }
        enum ToEnum { case x; function go() { return 1; } }
        class Stays { public $x = 1; function go() { return 1; } }');
    foreach ($names as $name) {
        $pinned = OPcache\pinned_fetch($name, 'miss');
        $volatile = OPcache\volatile_fetch($name, ['miss'])[0];
        echo $name, ': ', is_object($pinned) ? $pinned->go() : $pinned, ', ', is_object($volatile) ? $volatile->go() : $volatile, "\n";
    }
});
?>
--EXPECT--
ToAbstract: miss, miss
ToImplicit: miss, miss
ToInterface: miss, miss
ToTrait: miss, miss
ToEnum: miss, miss
Stays: 1, 1
