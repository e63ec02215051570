<?php
// The front controller. /VARIANT/PATH answers PATH with the route table from VARIANT; /status tells how the cache is.
declare(strict_types=1);

namespace StaticCache\Demo;

require __DIR__ . '/routes.php';

$uri = $_SERVER['REQUEST_URI'];
\header('Content-Type: application/json');
if ($uri === '/status') {
    echo \json_encode(\OPcache\pinned_cache_info());
    return;
}

[, $variant, $path] = \explode('/', $uri, 3);
$start = \hrtime(true);
$table = match ($variant) {
    'none' => Routes::table(),
    'apcu' => \apcu_fetch('demo.routes') ?: \apcu_entry('demo.routes', Routes::table(...)),
    'static-cache' => \OPcache\pinned_fetch('demo.routes') ?? \OPcache\pinned_remember('demo.routes', Routes::table(...)),
};
$taken = \hrtime(true) - $start;

require_once 'FastRoute/autoload.php';
$found = (new \FastRoute\Dispatcher\GroupCountBased($table))->dispatch($_SERVER['REQUEST_METHOD'], "/{$path}");
\header("X-Table-Ns: {$taken}");
\header('X-Process: ' . \getmypid());
echo \json_encode(['found' => $found[0], 'handler' => $found[1] ?? null, 'parameters' => $found[2] ?? null]);
