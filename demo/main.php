<?php
/** The driver behind demo/run: starts the web server, asks and measures, prints the table. */
declare(strict_types=1);

namespace StaticCache\Demo;

use StaticCache\Bench\Server;

require __DIR__ . '/../bench/lib/Server.php';
require __DIR__ . '/load.php';

const VARIANTS = ['none' => 'made in each request', 'apcu' => 'from APCu', 'static-cache' => 'from static-cache'];
const PATHS = [
    '/resource0' => 'a list',
    '/resource7/42' => 'an item',
    '/resource59/7/parts/left-wheel/3' => 'parts, second page',
    '/resource12/none' => 'nothing',
];
const PROCESSES = 2;

[, $php, $so, $scratch] = $argv;
$smoke = \in_array('--smoke', $argv, true);
[$rounds, $requests, $samples] = $smoke ? [1, 20, 4] : [7, 300, 60];

/** @return list<string> PHP with what the application needs, whatever the machine's ini files say */
function command(string $php, string $so): array
{
    $options = ['zend_extension=opcache', 'extension=igbinary', 'extension=apcu', "extension={$so}",
        'include_path=/usr/share/php', 'apc.serializer=igbinary', 'opcache.validate_timestamps=0',
        // The demo's files may be new: OPcache would leave them out for two seconds.
        'opcache.file_update_protection=0', 'display_errors=0', 'log_errors=1'];
    return \array_merge([$php, '-n', '-q'], ...\array_map(static fn (string $option): array => ['-d', $option], $options));
}

/** All variants give the same answer to each path, and those that should find a route do. */
function check_answers(Server $server): void
{
    foreach (PATHS as $path => $what) {
        $answers = [];
        foreach (\array_keys(VARIANTS) as $variant) {
            $response = $server->get("/{$variant}{$path}");
            if ($response['status'] !== 200) {
                throw new \RuntimeException("/{$variant}{$path}: status {$response['status']}: {$response['body']}");
            }
            $answers[$variant] = $response['body'];
        }
        if (\count(\array_unique($answers)) !== 1) {
            throw new \RuntimeException("the variants answer {$path} differently: " . \json_encode($answers));
        }
        $found = \json_decode($answers['none'], true)['found'] === 1;
        if ($found !== ($what !== 'nothing')) {
            throw new \RuntimeException("{$path}: " . ($found ? 'found, though there is no such route' : 'not found'));
        }
    }
}

try {
    $server = new Server(command($php, $so), __DIR__ . '/index.php', $scratch, PROCESSES);
    check_answers($server);

    $path = '/resource7/42';
    $table = $rates = \array_fill_keys(\array_keys(VARIANTS), []);
    $processes = [];
    // In turns, so that whatever else the machine does hits all of them.
    for ($round = 0; $round < $rounds; ++$round) {
        foreach (\array_keys(VARIANTS) as $variant) {
            $rates[$variant][] = Load::run($server->address, "/{$variant}{$path}", $requests);
            for ($sample = 0; $sample < $samples; ++$sample) {
                $headers = $server->get("/{$variant}{$path}")['headers'];
                $table[$variant][] = (int) $headers['x-table-ns'] / 1000;
                $processes[$headers['x-process']] = true;
            }
        }
    }
    check_answers($server);
    $status = $server->json('/status');
    $server->stop();
} catch (\RuntimeException $error) {
    \fwrite(\STDERR, "demo/run: {$error->getMessage()}\n");
    $log = @\file_get_contents("{$scratch}/server.log");
    \fwrite(\STDERR, $log === false || $log === '' ? '' : "The web server's log:\n{$log}");
    exit(1);
}

if ($status['hits'] === 0 || $status['entry_count'] !== 1) {
    \fwrite(\STDERR, 'demo/run: the table did not come from the cache: ' . \json_encode($status) . "\n");
    exit(1);
}

\printf("FastRoute with 300 routes, PHP's web server with %d processes, requests by %s\n\n", \count($processes), Load::tool());
\printf("%-22s %14s %14s %12s %8s\n", 'route table', 'min, µs', 'median, µs', 'requests/s', 'ratio');
$first = null;
foreach (VARIANTS as $variant => $name) {
    \sort($table[$variant]);
    $rate = \max($rates[$variant]);
    $first ??= $rate;
    \printf(
        "%-22s %13.1f %13.1f %12s %8.2f\n",
        $name,
        $table[$variant][0],
        $table[$variant][\intdiv(\count($table[$variant]), 2)],
        \number_format($rate),
        $rate / $first,
    );
}
echo "\nµs: time to obtain the table within a request. requests/s: best of {$rounds} rounds in turns. ratio: to the first line.\n";

echo "\nThe cache (StaticCacheInfo of the pinned backend):\n";
foreach (['available', 'shared_model', 'partition', 'entry_count', 'used_memory', 'free_memory', 'hits', 'misses', 'stores', 'active_readers'] as $name) {
    $value = $status[$name];
    \printf("  %-15s %s\n", $name, \is_string($value) ? $value : (\is_int($value) ? \number_format($value) : \var_export($value, true)));
}
