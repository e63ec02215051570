<?php
declare(strict_types=1);

namespace StaticCache\Bench;

return new class implements Row {
    private const TO_CLONE = 'fetch / recursive clone';
    private const TO_APCU = 'fetch / apcu_fetch';
    private const FIRST = 'first fetch of a request in php-fpm / first apcu_fetch';

    public function title(): string
    {
        return 'repeated fetch of objects in one request, against a clone of the same graph written by hand; first fetch of a request';
    }

    public function measure(Lab $lab): iterable
    {
        foreach ($lab->cases(\array_keys(Objects::ALL)) as $case) {
            $contenders = [
                'apcu' => new Contender('apcu', '$x = \apcu_fetch(\'bench\');', '\apcu_store(\'bench\', $value);'),
                'clone' => new Contender('', $this->copy($case), '\class_exists(\StaticCache\Bench\Objects::class);'),
            ];
            foreach (['volatile', 'pinned'] as $backend) {
                $contenders[$backend] = new Contender(
                    'module',
                    "\$x = \\OPcache\\{$backend}_fetch('bench');",
                    "\\OPcache\\{$backend}_store('bench', \$value);",
                    after: "\\OPcache\\{$backend}_fetch('bench') !== \\OPcache\\{$backend}_fetch('bench')",
                );
            }
            $times = $lab->race("R4 {$case}", $case, $contenders);
            $ours = ['volatile', 'pinned'];
            yield Compare::slowest('R4', self::TO_CLONE, $case, $times, $ours, ['clone'], 0.6);
            yield Compare::slowest('R4', self::TO_APCU, $case, $times, $ours, ['apcu'], 0.1);
        }
        yield from $this->first($lab);
    }

    /** The classes are declared when the fetch begins. */
    private function first(Lab $lab): iterable
    {
        $cases = $lab->cases(\array_keys(Objects::ALL));
        if ($cases === []) {
            return;
        }
        $obstacle = FirstFetch::obstacle($lab);
        if ($obstacle !== '') {
            yield new Result('R4', self::FIRST, 'all', null, null, note: $obstacle);
            return;
        }
        foreach (FirstFetch::measure($lab, $cases) as $state => $all) {
            foreach ($all as $case => $times) {
                $ours = \array_intersect_key($times, ['volatile' => 0, 'pinned' => 0]);
                $peers = \array_diff_key($times, $ours);
                yield FirstFetch::compare('R4', self::FIRST . ", {$state}", $case, $ours, $peers, null, '');
            }
        }
    }

    /** Nothing but `clone` where that is all there is to it. */
    private function copy(string $case): string
    {
        return match ($case) {
            'object', 'metadata50', 'router', 'serialize', 'sleep' => '$x = clone $value;',
            default => "\$x = \\StaticCache\\Bench\\Objects::copy('{$case}', \$value);",
        };
    }
};
