<?php
declare(strict_types=1);

namespace StaticCache\Bench;

return new class implements Row {
    private const DURING = 'request heap that a first fetch takes';
    private const AFTER = 'left when the request has ended';

    public function title(): string
    {
        return 'memory of the request';
    }

    public function measure(Lab $lab): iterable
    {
        if (!$lab->hasModule()) {
            yield new Result('M2', self::DURING, 'all', null, 0, 'bytes', note: 'the module is not loaded');
            return;
        }
        foreach ($lab->cases(\array_keys(Workloads::ALL)) as $case) {
            $rebuilt = $case === 'references';
            yield new Result(
                'M2',
                self::DURING,
                $case,
                $this->during($lab, $case),
                $rebuilt ? null : 0,
                'bytes',
                note: $rebuilt ? 'what PHP references tie together is built anew by each fetch' : '',
            );
        }
        yield from $this->after($lab);
    }

    private function during(Lab $lab, string $case): float
    {
        $worst = 0;
        foreach (['volatile', 'pinned'] as $backend) {
            $worst = \max($worst, $lab->evaluate(\array_key_first($lab->workers), <<<PHP
                \\OPcache\\{$backend}_store('bench', \\StaticCache\\Bench\\Workloads::build('{$case}'));
                \\OPcache\\{$backend}_store('other', 1);
                \$after = \$x = null;
                foreach (['other', 'bench'] as \$key) {
                    \$before = \\memory_get_usage();
                    \$x = \\OPcache\\{$backend}_fetch(\$key);
                    \$after = \\memory_get_usage() - \$before;
                }
                return \$after;
                PHP));
        }
        return (float) $worst;
    }

    /** Needs requests that end: a web server with one process. */
    private function after(Lab $lab): iterable
    {
        $server = $lab->server(__DIR__ . '/M2.request.php');
        try {
            $server->json('/store');
            $server->json('/state');
            $before = $server->json('/state');
            $server->json('/fetch');
            $after = $server->json('/state');
            $server->json('/store');
            $overwritten = $server->json('/state');
        } finally {
            $server->stop();
        }
        yield new Result('M2', self::AFTER, 'request heap', (float) ($after['heap'] - $before['heap']), 0, 'bytes');
        yield new Result('M2', self::AFTER, 'readers that keep entries', (float) $after['readers'], 0, 'count');
        yield new Result('M2', self::AFTER, 'shared memory of overwritten values', (float) $overwritten['retired'], 0, 'bytes');
    }
};
