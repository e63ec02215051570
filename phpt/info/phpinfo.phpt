--TEST--
phpinfo() shows the same, with sizes for people, and what matters first
--EXTENSIONS--
static_cache
--INI--
opcache.static_cache.volatile_size_mb=8
opcache.static_cache.pinned_size_mb=0
--FILE--
<?php
OPcache\volatile_store('k', 'value');
ob_start();
phpinfo(INFO_MODULES);
$text = ob_get_clean();
$section = substr($text, strpos($text, "\nstatic_cache\n"));
echo substr($section, 0, strpos($section, "opcache.static_cache.volatile_size_mb => 8 => 8") + 48);
// Every member of the object, with the same value where that does not change.
foreach (['volatile', 'pinned'] as $backend) {
    $part = substr($section, strpos($section, "\n$backend cache => now"));
    foreach ((array) ("OPcache\\{$backend}_cache_info")() as $name => $value) {
        $value = match (true) {
            $value === true => 'yes',
            $value === false => 'no',
            $value === null => 'none',
            default => $value,
        };
        if (!preg_match('/^' . preg_quote("$name => $value", '/') . '( bytes \(.*\))?$/m', $part)) {
            echo "$backend: $name => $value is not there\n";
        }
    }
}
?>
--EXPECTF--
static_cache

static_cache => loaded
version => %d.%d.%d
volatile cache => available
pinned cache => disabled by opcache.static_cache.pinned_size_mb=0

volatile cache => now
enabled => yes
available => yes
%A
configured_memory => 8388608 bytes (8 MiB)
%A
entry_count => 1
%A
failure_reason => none
%A
used_memory => %d
%A
pinned cache => now
enabled => no
available => no
startup_failed => no
%A
failure_reason => disabled by opcache.static_cache.pinned_size_mb=0
%A
Directive => Local Value => Master Value
opcache.static_cache.allow_unsafe_runtime => 0 => 0
opcache.static_cache.lock_timeout_ms => 5000 => 5000
opcache.static_cache.pinned_size_mb => 0 => 0
opcache.static_cache.readers => 256 => 256
opcache.static_cache.volatile_size_mb => 8 => 8
