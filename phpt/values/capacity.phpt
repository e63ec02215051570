--TEST--
A list that once was longer is fetched without the places of what it no longer has
--EXTENSIONS--
static_cache
--INI--
opcache.static_cache.volatile_size_mb=32
opcache.static_cache.pinned_size_mb=32
memory_limit=128M
--FILE--
<?php
function shortened(int $from, int $to): array
{
    $list = range(1, $from);
    while (count($list) > $to) {
        array_pop($list);
    }
    return $list;
}
/** Bytes of the request's memory that something takes. */
function bytes(callable $what): int
{
    $before = memory_get_usage();
    $result = $what();
    return memory_get_usage() - $before;
}
foreach ([1, 9, 100] as $length) {
    $list = shortened(1_000_000, $length);
    OPcache\volatile_store('scalars', $list, 0, true);
    $list[0] = new stdClass;
    OPcache\volatile_store('objects', $list, 0, true);
    $list[1] = &$list;
    OPcache\volatile_store('references', $list, 0, true);
    unset($list);
    $most = max(bytes(fn() => OPcache\volatile_fetch('objects')), bytes(fn() => OPcache\volatile_fetch('references')), bytes(function () {
        $list = OPcache\volatile_fetch('scalars');
        $list[] = 'more';
        return $list;
    }));
    echo $length, ': ', $most < 8192 ? 'few bytes' : "$most bytes", "\n";
}
// Each is good for appending to, up to its places and beyond.
foreach ([0, 1, 7, 8, 9, 15, 16, 17, 1000, 1024, 1025] as $length) {
    foreach ([false, true] as $object) {
        $list = shortened(4000, $length);
        $expected = shortened(4000, $length);
        if ($object && $length > 0) {
            $list[$length - 1] = $expected[$length - 1] = new stdClass;
        }
        OPcache\volatile_store('list', $list, 0, true);
        $got = OPcache\volatile_fetch('list');
        for ($more = 0; $more < 2100; $more++) {
            $got[] = $expected[] = "more $more";
        }
        if ($got != $expected || OPcache\volatile_fetch('list') != $list) {
            echo "differs: $length\n";
        }
    }
}
?>
--EXPECT--
1: few bytes
9: few bytes
100: few bytes
