<?php
/** The driver behind demo/run: starts php-fpm and nginx, asks and measures, prints the table. */
declare(strict_types=1);

namespace StaticCache\Demo;

require __DIR__ . '/load.php';
require __DIR__ . '/stack.php';
require __DIR__ . '/variants.php';

[, $php, $so, $scratch] = $argv;
$smoke = \in_array('--smoke', $argv, true);
$serve = \in_array('--serve', $argv, true);
[$rounds, $requests, $samples] = $smoke ? [1, 20, 4] : [5, 1000, 60];

/** @return list<string> what the application needs, whatever the machine's ini files say */
function options(string $so): array
{
    $options = ['zend_extension=opcache', 'extension=igbinary', 'extension=apcu', "extension={$so}",
        'apc.serializer=igbinary', 'opcache.validate_timestamps=0',
        // The demo's files may be new: OPcache would leave them out for two seconds.
        'opcache.file_update_protection=0', 'display_errors=0', 'log_errors=1'];
    return \array_merge(...\array_map(static fn (string $option): array => ['-d', $option], $options));
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
    // Workers and nginx's are another user's: they may look the folder's files up, but not list them.
    \chmod($scratch, 0711);
    $stack = new Stack($php, options($so), $scratch, "{$scratch}/groups");
    $before = statuses($stack);
    Variants::check($stack, \array_keys(Variants::ALL));
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
    $table = $rates = \array_fill_keys(\array_keys(Variants::ALL), []);
    // In turns, so that whatever else the machine does hits all of them.
    for ($round = 0; $round < $rounds; ++$round) {
        foreach (\array_keys(Variants::ALL) as $variant) {
            $rates[$variant][] = Load::run($stack->address, "/shop/{$variant}{$path}", $requests);
            for ($sample = 0; $sample < $samples; ++$sample) {
                $table[$variant][] = (int) $stack->get("/shop/{$variant}{$path}")['headers']['x-table-ns'] / 1000;
            }
        }
    }
    Variants::check($stack, \array_keys(Variants::ALL));
    $status = statuses($stack);
    check_pools($before, $status);
    $stack->stop();
} catch (\RuntimeException | \JsonException $error) {
    \fwrite(\STDERR, "demo/run: {$error->getMessage()}\n");
    \fwrite(\STDERR, $stack === null ? '' : "The servers' logs:\n{$stack->logs()}");
    exit(1);
}

\printf("FastRoute with 300 routes, php-fpm with %d workers per pool behind nginx, requests by %s\n\n", Stack::WORKERS, Load::tool());
\printf("%-24s %12s %14s %12s %8s\n", 'route table', 'min, µs', 'median, µs', 'requests/s', 'ratio');
$first = null;
foreach (Variants::ALL as $variant => $name) {
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
