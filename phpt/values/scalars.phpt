--TEST--
Scalars come back with type and bits
--EXTENSIONS--
static_cache
--INI--
opcache.static_cache.volatile_size_mb=8
opcache.static_cache.pinned_size_mb=8
--FILE--
<?php
foreach (['volatile', 'pinned'] as $backend) {
    $store = "OPcache\\{$backend}_store";
    $fetch = "OPcache\\{$backend}_fetch";
    $values = [null, true, false, 0, -1, PHP_INT_MAX, PHP_INT_MIN, 0.0, -0.0, 1.5, NAN, INF, -INF, 5e-324, PHP_FLOAT_MAX,
        '', '0', 'a', "\0", "a\0b\xff", str_repeat('x', 100), str_repeat("\x80", 100_000)];
    foreach ($values as $at => $value) {
        if (!$store("k$at", $value)) {
            echo "not stored: $at\n";
        }
    }
    foreach ([1, 2] as $round) {
        foreach ($values as $at => $value) {
            $got = $fetch("k$at", 'default');
            $same = is_float($value) ? is_float($got) && pack('E', $got) === pack('E', $value) : $got === $value;
            if (!$same) {
                echo "$backend $at: ";
                var_dump($got);
            }
        }
    }
}
echo "done\n";
?>
--EXPECT--
done
