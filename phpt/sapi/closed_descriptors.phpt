--TEST--
A process that is started without standard descriptors prints and logs nothing into the caches; nor does who writes to one of theirs
--EXTENSIONS--
static_cache
--INI--
opcache.static_cache.volatile_size_mb=8
opcache.static_cache.pinned_size_mb=8
--FILE--
<?php
require __DIR__ . '/../helpers/binaries.inc';
$script = __DIR__ . '/closed_descriptors.script.php';
file_put_contents($script, <<<'PHP'
    <?php
    // Output that cannot be written does not end the script.
    ignore_user_abort(true);
    $value = ['list' => range(1, 1000), 'text' => str_repeat('text', 50)];
    $backends = ['volatile', 'pinned'];
    $fetched = [];
    foreach ($backends as $backend) {
        "OPcache\\{$backend}_store"('before', $value);
        $fetched[] = "OPcache\\{$backend}_fetch"('before');
    }
    // What is printed and logged covers all of a segment's bookkeeping and all of what is stored.
    for ($at = 0; $at < 2000; $at++) {
        echo str_repeat('Z', 4096);
        error_log(str_repeat('Z', 4096));
    }
    foreach (PHP_SAPI === 'cli' ? glob('/proc/self/fd/*') : [] as $name) {
        if (str_contains((string) @readlink($name), '/memfd:static-cache-')) {
            @file_put_contents('php://fd/' . basename($name), str_repeat('Z', 1 << 23));
        }
    }
    $said = [];
    foreach ($backends as $at => $backend) {
        $said[] = $fetched[$at] === $value && "OPcache\\{$backend}_fetch"('before') === $value
            && "OPcache\\{$backend}_store"('after', [$value]) && "OPcache\\{$backend}_fetch"('after') === [$value]
            && "OPcache\\{$backend}_cache_info"()->entry_count === 2;
    }
    file_put_contents(__FILE__ . '.said', json_encode($said) . "\n");
    PHP);
$options = ['-d', 'display_errors=0', '-d', 'log_errors=1', '-d', 'error_log=', '-d', 'opcache.static_cache.allow_unsafe_runtime=1'];
foreach (['cli' => PHP_BINARY, 'cgi' => binary('php-cgi')] as $name => $php) {
    foreach (['', '>&-', '2>&-', '<&-', '<&- >&-', '>&- 2>&-', '<&- >&- 2>&-'] as $closed) {
        // The command's own end of the pipe is beyond those.
        $said = $php ? run(['sh', '-c', "(exec \"\$@\" >/dev/null 2>&1 $closed); cat \"$script.said\"; rm -f \"$script.said\"", '-',
            $php, ...settings(), ...$options, ...($name === 'cgi' ? ['-q'] : []), $script]) : "[true,true]\n";
        if ($said !== "[true,true]\n") {
            echo "$name $closed: $said";
        }
    }
}
?>
done
--CLEAN--
<?php @unlink(__DIR__ . '/closed_descriptors.script.php'); ?>
--EXPECT--
done
