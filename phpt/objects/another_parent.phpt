--TEST--
A class that has another class of PHP's own for its parent is another class, also with the same properties and methods: a miss
--EXTENSIONS--
static_cache
--INI--
opcache.static_cache.volatile_size_mb=32
opcache.static_cache.pinned_size_mb=32
error_reporting=8191
--FILE--
<?php
require __DIR__ . '/../helpers/server.inc';
$server = new Server(<<<'CODE'
<?php
foreach (explode(';', $_GET['classes']) as $class) {
    eval("$class {}");
}
if (isset($_GET['make'])) {
    $object = eval("return $_GET[make];");
    isset($_GET['fill']) && eval("$_GET[fill];");
    echo OPcache\volatile_store('k', ['deep' => $object]) ? 'stored' : 'not stored';
} else {
    $got = OPcache\volatile_fetch('k', 'miss');
    echo is_string($got) ? $got : get_class($got['deep']) . ' ' . (get_parent_class($got['deep']) ?: 'by itself'), OPcache\volatile_exists('k') ? '' : ' gone';
}
CODE);
$cases = [
    ['class X extends ArrayObject', 'new X([1, 2])', '', ['class X extends SplObjectStorage', 'class X extends SplFixedArray', 'class X extends ArrayIterator', 'abstract class P extends ArrayObject;class X extends P']],
    ['class X extends SplObjectStorage', 'new X()', '$object[$object] = 5', ['class X extends ArrayObject', 'class X extends SplDoublyLinkedList', 'class X extends MultipleIterator']],
    ['class X extends ArrayIterator', 'new X([1])', '', ['class X extends RecursiveArrayIterator', 'class X']],
    ['class X extends SplMinHeap', 'new X()', '$object->insert(1)', ['class X extends SplMaxHeap', 'abstract class P extends SplMinHeap;class X extends P']],
    ['class P extends SplQueue;class X extends P', 'new X()', '$object[] = 1', ['class P extends SplStack;class X extends P', 'class X extends SplQueue']],
    ['class X extends DateTime', 'new X("2020-01-01")', '', ['class X extends DateTimeImmutable', 'class X extends DateTimeZone', 'class X extends DateInterval']],
    ['class X extends DateTimeZone', 'new X("Europe/Berlin")', '', ['class X extends DateTime', 'class X extends DateTimeZone']],
    ['class X extends RuntimeException', 'new X("why")', '', ['class X extends LogicException', 'class P extends RuntimeException;class X extends P']],
    ['class X extends stdClass', 'new X()', '$object->a = 1', ['class X extends stdClass', '#[AllowDynamicProperties] class X']],
];
foreach ($cases as [$class, $make, $fill, $others]) {
    foreach ($others as $other) {
        foreach ([$class, $other] as $now) {
            $query = ['classes' => $class, 'make' => $make] + ($fill === '' ? [] : ['fill' => $fill]);
            $stored = $server->get('?' . http_build_query($query));
            echo "$class, $stored: $now: ", $server->get('?' . http_build_query(['classes' => $now])), "\n";
        }
    }
}
?>
--EXPECT--
class X extends ArrayObject, stored: class X extends ArrayObject: X ArrayObject
class X extends ArrayObject, stored: class X extends SplObjectStorage: miss gone
class X extends ArrayObject, stored: class X extends ArrayObject: X ArrayObject
class X extends ArrayObject, stored: class X extends SplFixedArray: miss gone
class X extends ArrayObject, stored: class X extends ArrayObject: X ArrayObject
class X extends ArrayObject, stored: class X extends ArrayIterator: miss gone
class X extends ArrayObject, stored: class X extends ArrayObject: X ArrayObject
class X extends ArrayObject, stored: abstract class P extends ArrayObject;class X extends P: X P
class X extends SplObjectStorage, stored: class X extends SplObjectStorage: X SplObjectStorage
class X extends SplObjectStorage, stored: class X extends ArrayObject: miss gone
class X extends SplObjectStorage, stored: class X extends SplObjectStorage: X SplObjectStorage
class X extends SplObjectStorage, stored: class X extends SplDoublyLinkedList: miss gone
class X extends SplObjectStorage, stored: class X extends SplObjectStorage: X SplObjectStorage
class X extends SplObjectStorage, stored: class X extends MultipleIterator: miss gone
class X extends ArrayIterator, stored: class X extends ArrayIterator: X ArrayIterator
class X extends ArrayIterator, stored: class X extends RecursiveArrayIterator: miss gone
class X extends ArrayIterator, stored: class X extends ArrayIterator: X ArrayIterator
class X extends ArrayIterator, stored: class X: miss gone
class X extends SplMinHeap, stored: class X extends SplMinHeap: X SplMinHeap
class X extends SplMinHeap, stored: class X extends SplMaxHeap: miss gone
class X extends SplMinHeap, stored: class X extends SplMinHeap: X SplMinHeap
class X extends SplMinHeap, stored: abstract class P extends SplMinHeap;class X extends P: X P
class P extends SplQueue;class X extends P, stored: class P extends SplQueue;class X extends P: X P
class P extends SplQueue;class X extends P, stored: class P extends SplStack;class X extends P: miss gone
class P extends SplQueue;class X extends P, stored: class P extends SplQueue;class X extends P: X P
class P extends SplQueue;class X extends P, stored: class X extends SplQueue: X SplQueue
class X extends DateTime, stored: class X extends DateTime: X DateTime
class X extends DateTime, stored: class X extends DateTimeImmutable: miss gone
class X extends DateTime, stored: class X extends DateTime: X DateTime
class X extends DateTime, stored: class X extends DateTimeZone: miss gone
class X extends DateTime, stored: class X extends DateTime: X DateTime
class X extends DateTime, stored: class X extends DateInterval: miss gone
class X extends DateTimeZone, stored: class X extends DateTimeZone: X DateTimeZone
class X extends DateTimeZone, stored: class X extends DateTime: miss gone
class X extends DateTimeZone, stored: class X extends DateTimeZone: X DateTimeZone
class X extends DateTimeZone, stored: class X extends DateTimeZone: X DateTimeZone
class X extends RuntimeException, stored: class X extends RuntimeException: X RuntimeException
class X extends RuntimeException, stored: class X extends LogicException: miss gone
class X extends RuntimeException, stored: class X extends RuntimeException: X RuntimeException
class X extends RuntimeException, stored: class P extends RuntimeException;class X extends P: X P
class X extends stdClass, stored: class X extends stdClass: X stdClass
class X extends stdClass, stored: class X extends stdClass: X stdClass
class X extends stdClass, stored: class X extends stdClass: X stdClass
class X extends stdClass, stored: #[AllowDynamicProperties] class X: X by itself
