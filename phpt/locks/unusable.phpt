--TEST--
A fetch that drops an entry whose class is missing leaves the key's reservation to who has it
--EXTENSIONS--
static_cache
--SKIPIF--
<?php
if (!function_exists('pcntl_fork')) die('skip needs pcntl');
?>
--INI--
opcache.static_cache.volatile_size_mb=8
opcache.static_cache.pinned_size_mb=8
--FILE--
<?php
require __DIR__ . '/../helpers/child.inc';
require __DIR__ . '/../helpers/compare.inc';

/** A process that stores an object of a class that no other has, and does something more. */
function storer(string $backend, callable $then): Child
{
    $child = new Child(function (Child $parent) use ($backend, $then) {
        eval('class known_to_the_storer { public $property = 1; }');
        of($backend, 'store')('k', new known_to_the_storer());
        $then($parent);
    });
    $child->hear();
    return $child;
}

foreach (['volatile', 'pinned'] as $backend) {
    [$lock, $unlock, $exists] = array_map(fn($name) => of($backend, $name), ['lock', 'unlock', 'exists']);
    $fetches = [
        'fetch' => fn() => of($backend, 'fetch')('k', 'nothing'),
        'fetch_array' => fn() => of($backend, 'fetch_array')(['k'], ['nothing'])['k'][0],
    ];
    foreach ($fetches as $name => $fetch) {
        $holder = storer($backend, function (Child $parent) use ($lock, $unlock) {
            $parent->tell(json_encode($lock('k')));
            $parent->hear();
            $parent->tell(json_encode($unlock('k')));
        });
        echo "$backend $name: ", json_encode([$exists('k'), $lock('k'), $fetch(), $exists('k'), $lock('k')]);
        $holder->tell('unlock');
        echo ', the holder unlocks: ', $holder->hear();
        $holder->join();

        storer($backend, fn(Child $parent) => $parent->tell('stored'))->join();
        echo '; its own: ', json_encode([$lock('k'), $exists('k'), $fetch(), $exists('k'), $unlock('k')]), "\n";
    }
}
?>
--EXPECT--
volatile fetch: [true,false,"nothing",false,false], the holder unlocks: true; its own: [true,true,"nothing",false,true]
volatile fetch_array: [true,false,"nothing",false,false], the holder unlocks: true; its own: [true,true,"nothing",false,true]
pinned fetch: [true,false,"nothing",false,false], the holder unlocks: true; its own: [true,true,"nothing",false,true]
pinned fetch_array: [true,false,"nothing",false,false], the holder unlocks: true; its own: [true,true,"nothing",false,true]
