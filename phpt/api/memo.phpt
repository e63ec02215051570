--TEST--
A repeated fetch sees every change
--EXTENSIONS--
static_cache
--INI--
opcache.static_cache.volatile_size_mb=8
opcache.static_cache.pinned_size_mb=8
--FILE--
<?php
$fetch = fn() => OPcache\volatile_fetch('k', 'none');
var_dump($fetch());
OPcache\volatile_store('k', 1);
var_dump($fetch(), $fetch());
OPcache\volatile_store('k', 2);
var_dump($fetch(), $fetch());
OPcache\volatile_store('k', 'text');
var_dump($fetch(), $fetch());
OPcache\volatile_store('k', [1]);
var_dump(count($fetch()), count($fetch()));
OPcache\volatile_delete('k');
var_dump($fetch());
OPcache\volatile_store('k', 3);
var_dump($fetch());
OPcache\volatile_clear();
var_dump($fetch());
// A key that was freed and whose memory holds another key now.
for ($at = 0; $at < 200; $at++) {
    OPcache\volatile_store("key$at", $at);
}
for ($round = 0; $round < 3; $round++) {
    for ($at = 0; $at < 200; $at++) {
        $key = 'key' . $at;
        if (OPcache\volatile_fetch($key) !== $at) {
            echo "wrong: $key\n";
        }
        unset($key);
    }
}
OPcache\pinned_store('n', 5);
var_dump(OPcache\pinned_fetch('n'), OPcache\pinned_atomic_increment('n'), OPcache\pinned_fetch('n'));
// More keys than a request remembers.
for ($at = 0; $at < 6000; $at++) {
    OPcache\volatile_store("m$at", [$at]);
}
for ($round = 0; $round < 2; $round++) {
    for ($at = 0; $at < 6000; $at++) {
        if (OPcache\volatile_fetch("m$at") !== [$at]) {
            echo "wrong: m$at\n";
        }
    }
}
var_dump(OPcache\static_quiesce());
?>
--EXPECT--
string(4) "none"
int(1)
int(1)
int(2)
int(2)
string(4) "text"
string(4) "text"
int(1)
int(1)
string(4) "none"
int(3)
string(4) "none"
int(5)
int(6)
int(6)
bool(false)
