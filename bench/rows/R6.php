<?php
declare(strict_types=1);

namespace StaticCache\Bench;

return new class implements Row {
    public function title(): string
    {
        return 'misses, and exists';
    }

    public function measure(Lab $lab): iterable
    {
        $cases = [
            'fetch, absent' => ['fetch', 'apcu_fetch', 'absent', 'null', 'false'],
            'exists, absent' => ['exists', 'apcu_exists', 'absent', 'false', 'false'],
            'exists, present' => ['exists', 'apcu_exists', 'bench', 'true', 'true'],
        ];
        foreach ($lab->cases(\array_keys($cases)) as $case) {
            [$function, $peer, $key, $expect, $peerExpect] = $cases[$case];
            $contenders = [];
            foreach (['volatile', 'pinned'] as $backend) {
                $contenders[$backend] = new Contender(
                    'module',
                    "\$x = \\OPcache\\{$backend}_{$function}('{$key}');",
                    "\\OPcache\\{$backend}_store('bench', 1);",
                    expect: $expect,
                );
            }
            $contenders['apcu'] = new Contender(
                'apcu',
                "\$x = \\{$peer}('{$key}');",
                '\apcu_store(\'bench\', 1);',
                expect: $peerExpect,
            );
            $times = $lab->race("R6 {$case}", null, $contenders);
            yield Compare::slowest('R6', 'call / APCu\'s', $case, $times, ['volatile', 'pinned'], ['apcu'], 0.5);
        }
    }
};
