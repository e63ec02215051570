<?php
/**
 * One PHP that is measured. Obeys the driver: a line of JSON in, a line of JSON out.
 *
 * What a request fetched from the cache stays in memory until it ends, so each race gets a process of its own, forked
 * from this one, which never fetches anything. The caches and OPcache's memory are shared by all of them.
 */
declare(strict_types=1);

namespace StaticCache\Bench;

require __DIR__ . '/lib/Objects.php';
require __DIR__ . '/lib/Workloads.php';
require __DIR__ . '/lib/RoundTrip.php';
require __DIR__ . '/lib/Race.php';
require __DIR__ . '/lib/Together.php';

$folder = $argv[1] . '/' . \getmypid();
\mkdir($folder);
Together::$folder = $folder;

function reply(mixed $answer, ?string $error = null): void
{
    $reply = $error === null ? ['answer' => $answer] : ['error' => $error];
    \fwrite(\STDOUT, \json_encode($reply, \JSON_THROW_ON_ERROR | \JSON_PRESERVE_ZERO_FRACTION) . "\n");
}

function order(): ?array
{
    $line = \fgets(\STDIN);
    return $line === false ? null : \json_decode($line, true, flags: \JSON_THROW_ON_ERROR);
}

function facts(): array
{
    $status = \opcache_get_status(false);
    return [
        'php' => \PHP_VERSION,
        'zts' => (bool) \PHP_ZTS,
        'static_cache' => \phpversion('static_cache'),
        'apcu' => \phpversion('apcu'),
        'igbinary' => \phpversion('igbinary'),
        'opcache' => (bool) ($status['opcache_enabled'] ?? false),
        'jit' => (bool) ($status['jit']['on'] ?? false),
    ];
}

function empty_caches(): void
{
    if (\extension_loaded('static_cache')) {
        \OPcache\volatile_clear();
        \OPcache\pinned_clear();
    }
    if (\extension_loaded('apcu')) {
        \apcu_clear_cache();
    }
}

/** In a child: everything up to the end of the race. */
function race(array $order, string $folder): void
{
    $value = $order['workload'] === null ? null : Workloads::build($order['workload']);
    $file = "{$folder}/value-{$order['workload']}.php";
    if (\in_array($order['workload'], Workloads::CONSTANT_ARRAYS, true) && !\file_exists($file)) {
        \file_put_contents($file, '<?php return ' . \var_export($value, true) . ';');
    }
    ['name' => $name, 'contenders' => $contenders, 'round_ns' => $ns, 'warm_up' => $warmUp] = $order;
    $race = new Race($folder, $name, $contenders, $value, $file, $ns, $warmUp);
    reply($race->iterations());
    while (($order = order()) !== null && $order['do'] === 'round') {
        reply($race->round());
    }
    $race->finish();
    reply(null);
}

while (($order = order()) !== null) {
    if ($order['do'] === 'facts') {
        reply(facts());
        continue;
    }
    empty_caches();
    $child = \pcntl_fork();
    if ($child === 0) {
        try {
            $order['do'] === 'race' ? race($order, $folder) : reply(eval($order['source']));
        } catch (\Throwable $error) {
            $place = \basename($error->getFile()) . ':' . $error->getLine();
            reply(null, "{$error->getMessage()} ({$place})");
        }
        exit(0);
    }
    \pcntl_waitpid($child, $status);
    if ($status !== 0) {
        $how = \pcntl_wifsignaled($status) ? 'killed by signal ' . \pcntl_wtermsig($status)
            : 'ended with exit code ' . \pcntl_wexitstatus($status);
        reply(null, "{$how} during " . ($order['name'] ?? $order['source']));
    }
}
