<?php
// What the web server of row C2 runs. The answer describes the partitions as the requests before have left them.
if ($_SERVER['REQUEST_URI'] === '/plain') {
    return;
}
if ($_SERVER['REQUEST_URI'] === '/store') {
    echo \json_encode(\OPcache\volatile_store('key', [1]) && \OPcache\pinned_store('key', [1]));
    return;
}
$memory = \fopen('/proc/self/mem', 'rb');
$hash = \hash_init('crc32b');
$bytes = 0;
foreach (\file('/proc/self/maps') as $line) {
    if (\preg_match('#^([0-9a-f]+)-([0-9a-f]+) r--s .*memfd:static-cache-#', $line, $match)) {
        // Everything but the far end, which holds entries: header, locks, reader slots, the first buckets.
        $length = \min(2 << 20, \hexdec($match[2]) - \hexdec($match[1]));
        \fseek($memory, \hexdec($match[1]));
        for ($read = 0; $read < $length; $read += 65_536) {
            \hash_update($hash, (string) \fread($memory, \min(65_536, $length - $read)));
        }
        $bytes += $length;
    }
}
echo \json_encode(['bytes' => $bytes, 'hash' => \hash_final($hash)]);
