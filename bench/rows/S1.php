<?php
declare(strict_types=1);

namespace StaticCache\Bench;

return new class implements Row {
    private const CHECK = 'fetches of 2 processes / of one';
    private const LIMIT = 1.95;

    public function title(): string
    {
        return 'readers on two cores';
    }

    public function measure(Lab $lab): iterable
    {
        foreach ($lab->cases(['int', 'routes300', 'config64']) as $case) {
            if (!$lab->hasModule()) {
                yield new Result('S1', self::CHECK, $case, null, self::LIMIT, note: 'the module is not loaded', least: true);
                continue;
            }
            $worst = null;
            foreach (['volatile', 'pinned'] as $backend) {
                $one = $this->scaling($lab, $case, "\\OPcache\\{$backend}_store", "\\OPcache\\{$backend}_fetch", self::LIMIT);
                if ($worst === null || $one['two'] / $one['one'] < $worst['two'] / $worst['one']) {
                    $worst = $one;
                }
            }
            $detail = ['own, one' => 1e9 / $worst['one'], 'own, two' => 1e9 / $worst['two']];
            if ($lab->hasApcu()) {
                $peer = $this->scaling($lab, $case, '\apcu_store', '\apcu_fetch');
                $detail += ['APCu, one' => 1e9 / $peer['one'], 'APCu, two' => 1e9 / $peer['two']];
            }
            // What two busy processes can reach here at most: the machine itself may give less than twice.
            $none = $lab->together('scaling', [['', ''], ['$x = $i * 3;', '$x = $i * 3;'], ['true', 'true'], 8 * $lab->rounds(), $lab->roundNs()]);
            $detail['loop alone, one'] = 1e9 / $none['one'];
            $detail['loop alone, two'] = 1e9 / $none['two'];
            yield new Result(
                'S1',
                self::CHECK,
                $case,
                $worst['two'] / $worst['one'],
                self::LIMIT,
                detail: $detail,
                note: \sprintf('a loop without a cache: %.2f', $none['two'] / $none['one']),
                least: true,
            );
        }
    }

    private function scaling(Lab $lab, string $case, string $store, string $fetch, float $enough = 0): array
    {
        [$setup, $body, $check] = $case === 'config64' ? [
            "for (\$k = 0; \$k < 64; ++\$k) { {$store}(\"bench.{\$k}\", \"value {\$k}\"); }",
            "\$x = {$fetch}('bench.' . (\$i & 63));",
            "{$fetch}('bench.63') === 'value 63'",
        ] : [
            "{$store}('bench', \\StaticCache\\Bench\\Workloads::build('{$case}'));",
            "\$x = {$fetch}('bench');",
            "{$fetch}('bench') === \\StaticCache\\Bench\\Workloads::build('{$case}')",
        ];
        return $lab->together('scaling', [[$setup, $setup], [$body, $body], [$check, $check], 8 * $lab->rounds(), $lab->roundNs(), $enough]);
    }
};
