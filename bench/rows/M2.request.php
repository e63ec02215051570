<?php
// What the web server of row M2 runs. /state looks at the heap before anything else happens in its request.
$heap = \memory_get_usage();

require __DIR__ . '/../lib/Workloads.php';
require __DIR__ . '/../lib/RoundTrip.php';

use StaticCache\Bench\{RoundTrip, Workloads};

$backends = ['volatile' => '\OPcache\volatile', 'pinned' => '\OPcache\pinned'];
$answer = null;
switch ($_SERVER['REQUEST_URI']) {
    case '/store':
        foreach ($backends as $functions) {
            foreach (\array_keys(Workloads::ALL) as $case) {
                if (!"{$functions}_store"($case, Workloads::build($case))) {
                    throw new \RuntimeException("M2 {$case}: not stored");
                }
            }
        }
        break;
    case '/fetch':
        foreach ($backends as $name => $functions) {
            foreach (\array_keys(Workloads::ALL) as $case) {
                // Kept until the request ends, as an application would.
                $kept[$name][$case] = "{$functions}_fetch"($case);
                RoundTrip::check("M2 {$case}, {$name}", Workloads::build($case), $kept[$name][$case]);
            }
        }
        break;
    case '/state':
        $infos = [\OPcache\volatile_cache_info(), \OPcache\pinned_cache_info()];
        $answer = [
            'heap' => $heap,
            'readers' => \array_sum(\array_column($infos, 'active_readers')),
            'retired' => \array_sum(\array_column($infos, 'retired_memory')),
        ];
        break;
}
echo \json_encode($answer);
