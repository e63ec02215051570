<?php

/** Drives the demo's server and prints what it found: report.php PORT REQUESTS */

declare(strict_types=1);

[, $port, $requests] = $argv;

function get(string $port, string $path): array
{
    $connection = fsockopen('127.0.0.1', (int) $port, timeout: 10);
    fwrite($connection, "GET /$path HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n");
    $answer = stream_get_contents($connection);
    $decoded = json_decode(explode("\r\n\r\n", $answer, 2)[1] ?? '', true);
    if (!is_array($decoded)) {
        fwrite(STDERR, "demo: /$path did not answer as it should:\n$answer\n");
        exit(1);
    }
    return $decoded;
}

/** Requests per second with two clients, by ab where it is installed. */
function rate(string $port, string $path, int $requests): ?float
{
    if (trim((string) shell_exec('command -v ab')) === '') {
        return null;
    }
    $output = (string) shell_exec("ab -q -c 2 -n $requests http://127.0.0.1:$port/$path 2>&1");
    if (!preg_match('/^Failed requests:\s+(\d+)(.*\n\s+\(Connect: (\d+), Receive: (\d+), Length: \d+, Exceptions: (\d+)\))?/m', $output, $failed)
        || ($failed[3] ?? 0) + ($failed[4] ?? 0) + ($failed[5] ?? 0) > 0
        || preg_match('/^Non-2xx responses/m', $output)
        || !preg_match('/^Requests per second:\s+([\d.]+)/m', $output, $found)) {
        fwrite(STDERR, "demo: the load on /$path went wrong:\n$output\n");
        exit(1);
    }
    return (float) $found[1];
}

$paths = array_map(fn(int $at) => $at % 3 ? "section$at/17/some-page" : "section$at", range(0, 299, 7));
$sources = ['none' => 'no cache', 'apcu' => 'APCu', 'static-cache' => 'static-cache'];
$times = $answers = [];
for ($round = 0; $round < max(1, intdiv((int) $requests, 200)); $round++) {
    foreach ($paths as $path) {
        foreach ($sources as $source => $unused) {
            $answer = get($port, "$source/$path");
            $times[$source][] = $answer['ns'];
            unset($answer['ns']);
            $answers[$path][$source] = $answer;
        }
    }
}
foreach ($answers as $path => $by_source) {
    if (count(array_unique(array_map('serialize', $by_source))) !== 1 || $by_source['none']['handler'] === null) {
        fwrite(STDERR, "demo: /$path is answered differently\n");
        exit(1);
    }
}

echo "A front controller with 300 routes, php -S with two workers, every request fetches the route table:\n\n";
printf("%-14s %18s %18s %14s\n", '', 'table, median', 'table, fastest', 'requests/s');
foreach ($sources as $source => $name) {
    sort($times[$source]);
    $rate = rate($port, "$source/section298/17/some-page", (int) $requests);
    printf(
        "%-14s %15.1f µs %15.1f µs %14s\n",
        $name,
        $times[$source][intdiv(count($times[$source]), 2)] / 1000,
        $times[$source][0] / 1000,
        $rate === null ? 'no ab here' : number_format($rate),
    );
}
echo "\nThe cache, as its own StaticCacheInfo says:\n\n";
$status = get($port, 'status');
if (!$status['available'] || $status['entry_count'] !== 1 || $status['hits'] < count($paths)) {
    fwrite(STDERR, "demo: the route table did not come from the cache\n");
    exit(1);
}
foreach (['partition', 'entry_count', 'used_memory', 'free_memory', 'hits', 'misses', 'stores'] as $name) {
    printf("%-14s %s\n", $name, $status[$name]);
}
