<?php
// The front controller, the same in both pools. /POOL/VARIANT/PATH answers PATH with the route table from VARIANT;
// /POOL/status and /POOL/status.json tell how the pool's caches are.
declare(strict_types=1);

namespace StaticCache\Demo;

require __DIR__ . '/routes.php';

[, , $variant, $path] = \explode('/', $_SERVER['REQUEST_URI'], 4) + ['', '', '', ''];
if ($variant === 'status' || $variant === 'status.json') {
    require __DIR__ . '/status.php';
    \header('Content-Type: ' . ($variant === 'status' ? 'text/html' : 'application/json'));
    echo $variant === 'status' ? Status::page() : \json_encode(Status::data());
    return;
}

\header('Content-Type: application/json');
$start = \hrtime(true);
$table = match ($variant) {
    'none' => Routes::own(),
    'apcu' => \apcu_fetch('demo.routes') ?: \apcu_entry('demo.routes', Routes::own(...)),
    'include' => require __DIR__ . '/table.php',
    'static-cache' => \OPcache\pinned_fetch('demo.routes') ?? \OPcache\pinned_remember('demo.routes', Routes::own(...)),
    'attribute' => require __DIR__ . '/kept.php',
};
$taken = \hrtime(true) - $start;

require_once 'FastRoute/autoload.php';
$found = (new \FastRoute\Dispatcher\GroupCountBased($table))->dispatch($_SERVER['REQUEST_METHOD'], "/{$path}");
\header("X-Table-Ns: {$taken}");
echo \json_encode(['found' => $found[0], 'handler' => $found[1] ?? null, 'parameters' => $found[2] ?? null]);
