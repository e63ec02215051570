--TEST--
Strings of every length, wherever their blocks happen to lie
--EXTENSIONS--
static_cache
--INI--
opcache.static_cache.volatile_size_mb=64
opcache.static_cache.pinned_size_mb=64
memory_limit=512M
--FILE--
<?php
$failures = 0;
$lengths = [...range(0, 300), ...range(2040, 2060), ...range(4070, 4110, 3), 10_240, 65_537, 1 << 20];
$at = 0;
foreach ($lengths as $length) {
    // Neither a repetition that a shift leaves the same, nor a constant.
    $text = '';
    for ($i = $length; strlen($text) < $length; ++$i) {
        $text .= dechex($i * 2_654_435_761) . '.';
    }
    $text = substr($text, 0, $length);
    // Keys of several lengths: their payloads begin at other distances from a page.
    foreach ($length > 300 ? [1, 15, 31, 47, 63, 640] : [1, 20] as $key) {
        $key = str_repeat('k', $key) . ++$at;
        foreach (['volatile', 'pinned'] as $cache) {
            ("OPcache\\{$cache}_store")($key, $text);
            ("OPcache\\{$cache}_store")("{$key}[]", ['before', $text, $length => $text . '!', 'after' => strrev($text)]);
            if (("OPcache\\{$cache}_fetch")($key) !== $text
                || ("OPcache\\{$cache}_fetch")("{$key}[]") !== ['before', $text, $length => $text . '!', 'after' => strrev($text)]
            ) {
                echo "{$cache}: a string of {$length} bytes under a key of ", strlen($key), " came back as another\n";
                ++$failures;
            }
            ("OPcache\\{$cache}_delete")($key);
            ("OPcache\\{$cache}_delete")("{$key}[]");
        }
    }
    OPcache\static_quiesce();
}
echo $failures, ' failures, ', count($lengths), " lengths\n";
?>
--EXPECT--
0 failures, 339 lengths
