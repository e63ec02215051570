--TEST--
exists() and misses: the same names again and again, names from memory that was given back, more names than are remembered
--EXTENSIONS--
static_cache
--FILE--
<?php
foreach (['volatile', 'pinned'] as $cache) {
    [$store, $fetch, $exists, $delete] = array_map(fn (string $name): string => "OPcache\\{$cache}_{$name}", ['store', 'fetch', 'exists', 'delete']);
    // A name that lies in shared memory, and whose memory is another name's afterwards.
    $wrong = 0;
    for ($i = 0; $i < 500; ++$i) {
        $store('name', [str_pad((string) $i, 12, 'n', STR_PAD_LEFT)]);
        $name = $fetch('name')[0];
        $wrong += (int) $exists($name);
        $wrong += (int) ($fetch($name) !== null);
        if ($i % 3 === 0) {
            $store($name, $i);
            $wrong += (int) !$exists($name);
            $wrong += (int) ($fetch($name) !== $i);
        }
        unset($name);
        OPcache\static_quiesce();
    }
    echo "{$cache}: {$wrong} wrong\n";
    // Many names, there and not there, in the code and put together, in turn.
    $wrong = 0;
    for ($round = 0; $round < 4; ++$round) {
        for ($i = 0; $i < 200; ++$i) {
            $there = ($i + $round) % 2 === 0;
            $there ? $store("many{$i}", $i) : $delete("many{$i}");
            $wrong += (int) ($exists("many{$i}") !== $there) + (int) ($exists('many7') !== ($fetch('many7') !== null));
        }
        for ($i = 0; $i < 200; ++$i) {
            $there = ($i + $round) % 2 === 0;
            $wrong += (int) ($exists("many{$i}") !== $there) + (int) ($fetch("many{$i}") !== ($there ? $i : null));
        }
    }
    echo "{$cache}: {$wrong} wrong\n";
}
// The other backend has entries of its own under a name that was asked for before.
OPcache\volatile_store('both', 1);
OPcache\pinned_delete('both');
var_dump(OPcache\volatile_exists('both'), OPcache\pinned_exists('both'), OPcache\volatile_exists('both'), OPcache\pinned_exists('both'));
OPcache\volatile_clear();
OPcache\pinned_store('both', 1);
var_dump(OPcache\volatile_exists('both'), OPcache\pinned_exists('both'));
?>
--EXPECT--
volatile: 0 wrong
volatile: 0 wrong
pinned: 0 wrong
pinned: 0 wrong
bool(true)
bool(false)
bool(true)
bool(false)
bool(false)
bool(true)
