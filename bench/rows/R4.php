<?php
declare(strict_types=1);

namespace StaticCache\Bench;

return new class implements Row {
    private const TO_CLONE = 'fetch / recursive clone';
    private const TO_APCU = 'fetch / apcu_fetch';

    public function title(): string
    {
        return 'repeated fetch of objects in one request, against a clone of the same graph written by hand';
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
