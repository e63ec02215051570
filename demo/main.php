<?php
/** The driver behind demo/run: starts php-fpm and nginx, asks and measures, prints the table. */
declare(strict_types=1);

namespace StaticCache\Demo;

require __DIR__ . '/load.php';
require __DIR__ . '/stack.php';

const VARIANTS = [
    'none' => 'made in each request',
    'apcu' => 'from APCu',
    'include' => 'included, from OPcache',
    'static-cache' => 'from static-cache',
];
const PATHS = [
    '/resource0' => 'a list',
    '/resource7/42' => 'an item',
    '/resource59/7/parts/left-wheel/3' => 'parts, second page',
    '/resource12/none' => 'nothing',
];

[, $php, $so, $scratch] = $argv;
$smoke = \in_array('--smoke', $argv, true);
$serve = \in_array('--serve', $argv, true);
[$rounds, $requests, $samples] = $smoke ? [1, 20, 4] : [5, 1000, 60];
\set_include_path('/usr/share/php');

/** @return list<string> what the application needs, whatever the machine's ini files say */
function options(string $so): array
{
    $options = ['zend_extension=opcache', 'extension=igbinary', 'extension=apcu', "extension={$so}",
        'include_path=/usr/share/php', 'apc.serializer=igbinary', 'opcache.validate_timestamps=0',
        // The demo's files may be new: OPcache would leave them out for two seconds.
        'opcache.file_update_protection=0', 'display_errors=0', 'log_errors=1'];
    return \array_merge(...\array_map(static fn (string $option): array => ['-d', $option], $options));
}

/** All variants give the same answer to each path in both pools, and those that should find a route do. */
function check_answers(Stack $stack): void
{
    foreach (PATHS as $path => $what) {
        $answers = [];
        foreach (\array_keys(Stack::POOLS) as $pool) {
            foreach (\array_keys(VARIANTS) as $variant) {
                $response = $stack->get("/{$pool}/{$variant}{$path}");
                if ($response['status'] !== 200) {
                    throw new \RuntimeException("/{$pool}/{$variant}{$path}: status {$response['status']}: {$response['body']}");
                }
                $answers["{$pool} {$variant}"] = $response['body'];
            }
        }
        if (\count(\array_unique($answers)) !== 1) {
            throw new \RuntimeException("the variants answer {$path} differently: " . \json_encode($answers));
        }
        $found = \json_decode(\current($answers), true)['found'] === 1;
        if ($found !== ($what !== 'nothing')) {
            throw new \RuntimeException("{$path}: " . ($found ? 'found, though there is no such route' : 'not found'));
        }
    }
}

/** Each pool has its own caches: what one does is nothing to the other. */
function check_pools(array $before, array $after): void
{
    foreach (Stack::POOLS as $pool => $size) {
        $status = $after[$pool];
        $own = $status['pool'] === "fpm-fcgi:{$pool}" && $status['pinned']['configured_memory'] === $size << 20;
        if (!$own || $status['visits'] <= $before[$pool]['visits'] || $status['pinned']['hits'] === 0 || $status['keys'] !== ['demo.routes', 'demo.visits']) {
            throw new \RuntimeException("the caches of pool {$pool} are not as they should be: " . \json_encode($status));
        }
    }
}

/** @return array<string, array> the status of each pool */
function statuses(Stack $stack): array
{
    $pools = \array_keys(Stack::POOLS);
    return \array_combine($pools, \array_map(static fn (string $pool): array => $stack->json("/{$pool}/status.json"), $pools));
}

$stack = null;
try {
    $stack = new Stack($php, options($so), $scratch);
    $before = statuses($stack);
    check_answers($stack);
    if ($serve) {
        foreach (\array_keys(Stack::POOLS) as $pool) {
            echo "http://{$stack->address}/{$pool}/status\nhttp://{$stack->address}/{$pool}/static-cache/resource7/42\n";
        }
        echo "Until you press Ctrl-C.\n";
        while (true) {
            \sleep(3600);
        }
    }

    $path = '/resource7/42';
    $table = $rates = \array_fill_keys(\array_keys(VARIANTS), []);
    // In turns, so that whatever else the machine does hits all of them.
    for ($round = 0; $round < $rounds; ++$round) {
        foreach (\array_keys(VARIANTS) as $variant) {
            $rates[$variant][] = Load::run($stack->address, "/shop/{$variant}{$path}", $requests);
            for ($sample = 0; $sample < $samples; ++$sample) {
                $table[$variant][] = (int) $stack->get("/shop/{$variant}{$path}")['headers']['x-table-ns'] / 1000;
            }
        }
    }
    check_answers($stack);
    $status = statuses($stack);
    check_pools($before, $status);
    $stack->stop();
} catch (\RuntimeException | \JsonException $error) {
    \fwrite(\STDERR, "demo/run: {$error->getMessage()}\n");
    $log = $stack?->logs() ?? (string) @\file_get_contents("{$scratch}/server.log");
    \fwrite(\STDERR, $log === '' ? '' : "The servers' logs:\n{$log}");
    exit(1);
}

\printf("FastRoute with 300 routes, php-fpm with %d workers per pool behind nginx, requests by %s\n\n", Stack::WORKERS, Load::tool());
\printf("%-24s %12s %14s %12s %8s\n", 'route table', 'min, µs', 'median, µs', 'requests/s', 'ratio');
$first = null;
foreach (VARIANTS as $variant => $name) {
    \sort($table[$variant]);
    $rate = \max($rates[$variant]);
    $first ??= $rate;
    \printf(
        "%-24s %11.1f %13.1f %12s %8.2f\n",
        $name,
        $table[$variant][0],
        $table[$variant][\intdiv(\count($table[$variant]), 2)],
        \number_format($rate),
        $rate / $first,
    );
}
echo "\nµs: time to obtain the table within a request. requests/s: best of {$rounds} rounds in turns, in pool shop. ratio: to the first line.\n";

echo "\nThe same application in both pools; each has a cache of its own (StaticCacheInfo of the pinned backend):\n";
\printf("  %-18s %16s %16s\n", '', ...\array_keys(Stack::POOLS));
$shown = static fn (mixed $value): string => \is_string($value) ? $value : (\is_int($value) ? \number_format($value) : \var_export($value, true));
foreach (['partition', 'available', 'configured_memory', 'entry_count', 'used_memory', 'hits', 'misses', 'stores', 'active_readers'] as $name) {
    \printf("  %-18s %16s %16s\n", $name, ...\array_map(static fn (array $pool): string => $shown($pool['pinned'][$name]), \array_values($status)));
}
echo "\ndemo/run --serve keeps the servers running, to look at the pools' pages.\n";
