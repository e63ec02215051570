--TEST--
A search that a fetch begins makes no later fetch give another key's value
--EXTENSIONS--
static_cache
--INI--
opcache.static_cache.volatile_size_mb=8
opcache.static_cache.pinned_size_mb=0
--FILE--
<?php
use OPcache as C;

function fetch_large(): void
{
    for ($at = 0; $at < 40; $at++) {
        strlen(C\volatile_fetch("large $at"));
    }
}
$ways = [
    'one' => fn(int $at) => C\volatile_fetch("number $at"),
    'several' => fn(int $at) => C\volatile_fetch_array(["number $at"])["number $at"],
];
foreach ($ways as $way => $fetch) {
    // An eighth of the memory is kept and replaced, so one of the next fetches searches: one of a number, which lies in its entry.
    for ($at = 0; $at < 40; $at++) {
        C\volatile_store("large $at", str_repeat(chr($at), 60_000));
    }
    fetch_large();
    C\volatile_clear();
    for ($at = 0; $at < 1000; $at++) {
        C\volatile_store("number $at", $at);
    }
    $retired = C\volatile_cache_info()->retired_memory;
    for ($at = 0; $at < 1000; $at++) {
        $got = $fetch($at);
        if ($got !== $at) {
            echo "$at is $got\n";
        }
        if (C\volatile_cache_info()->retired_memory < $retired) {
            echo "$way: given back\n";
            break;
        }
    }
    C\volatile_delete("number $at");
    // Whatever memory that was is some other key's by now.
    for ($number = 0; $number < 100_000; $number++) {
        C\volatile_store("another $number", -$number);
    }
    $got = $fetch($at);
    if ($got !== null) {
        echo "$at is $got\n";
    }
}
?>
--EXPECT--
one: given back
several: given back
