<?php

/**
 * What a literal of an engine's test becomes: its like from the cache; with CACHE_LITERALS=0, itself.
 * Written so that functions which a test forbids are not needed for more than has to be.
 */
function __sc(string|array $value): mixed
{
    static $off, $missing = [];
    if ($off ??= getenv('CACHE_LITERALS') === '0') {
        return $value;
    }
    $text = is_array($value) ? serialize($value) : $value;
    $key = (is_array($value) ? 'a' : 's') . hash('xxh128', $text) . strlen($text);
    $got = \OPcache\pinned_fetch($key, $missing);
    if ($got === $missing) {
        \OPcache\pinned_store($key, $value, true);
        $got = \OPcache\pinned_fetch($key);
    }
    return $got;
}
