<?php
/**
 * One PHP that is measured. Obeys the driver: a line of JSON in, a line of JSON out.
 *
 * It lives through one PHP request: what the cache keeps for the request is given up between races.
 */
declare(strict_types=1);

namespace StaticCache\Bench;

require __DIR__ . '/lib/Workloads.php';
require __DIR__ . '/lib/RoundTrip.php';
require __DIR__ . '/lib/Race.php';

$folder = $argv[1] . '/' . \getmypid();
\mkdir($folder);
$race = null;

/** Empties all caches. Nothing that was fetched is in use any more. */
function reset_caches(): void
{
    if (\extension_loaded('static_cache')) {
        \OPcache\static_quiesce();
        \OPcache\volatile_clear();
        \OPcache\pinned_clear();
    }
    if (\extension_loaded('apcu')) {
        \apcu_clear_cache();
    }
}

while (($line = \fgets(\STDIN)) !== false) {
    $order = \json_decode($line, true, flags: \JSON_THROW_ON_ERROR);
    try {
        $answer = null;
        switch ($order['do']) {
            case 'facts':
                $answer = [
                    'php' => \PHP_VERSION,
                    'zts' => (bool) \PHP_ZTS,
                    'static_cache' => \phpversion('static_cache'),
                    'apcu' => \phpversion('apcu'),
                    'igbinary' => \phpversion('igbinary'),
                    'opcache' => (bool) (\opcache_get_status(false)['opcache_enabled'] ?? false),
                    'jit' => (bool) (\opcache_get_status(false)['jit']['on'] ?? false),
                ];
                break;
            case 'race':
                $race = null;
                reset_caches();
                $value = $order['workload'] === null ? null : Workloads::build($order['workload']);
                $file = $folder . '/value-' . $order['workload'] . '.php';
                if (\in_array($order['workload'], Workloads::CONSTANT_ARRAYS, true) && !\file_exists($file)) {
                    \file_put_contents($file, '<?php return ' . \var_export($value, true) . ';');
                }
                $race = new Race($folder, $order['name'], $order['contenders'], $value, $file, $order['round_ns']);
                break;
            case 'round':
                $answer = $race->round();
                break;
            case 'finish':
                $race->finish();
                break;
            case 'eval':
                $race = null;
                reset_caches();
                $answer = eval($order['source']);
                break;
        }
        $reply = ['answer' => $answer];
    } catch (\Throwable $error) {
        $reply = ['error' => \sprintf('%s (%s:%d)', $error->getMessage(), \basename($error->getFile()), $error->getLine())];
    }
    \fwrite(\STDOUT, \json_encode($reply, \JSON_THROW_ON_ERROR | \JSON_PRESERVE_ZERO_FRACTION) . "\n");
}
