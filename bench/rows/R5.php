<?php
declare(strict_types=1);

namespace StaticCache\Bench;

return new class implements Row {
    private const RATIO = 'fetch during a storm / without one';
    private const TAIL = 'fetch during a storm, p99.9 of single calls';
    private const TAIL_LIMIT = 10_000;
    /** What the other process does, on 64 keys. */
    private const STORM = [
        'module' => '\OPcache\%1$s_store("other." . ($i & 63), ($i & 1) === 0 ? $i : [$i, "text {$i}", [$i, $i]]);',
        'apcu' => '\apcu_store("other." . ($i & 63), ($i & 1) === 0 ? $i : [$i, "text {$i}", [$i, $i]]);',
    ];

    public function title(): string
    {
        return 'fetch while another process writes other keys all the time';
    }

    public function measure(Lab $lab): iterable
    {
        foreach ($lab->cases(['int', 'routes300', 'config64']) as $case) {
            if (!$lab->hasModule()) {
                yield new Result('R5', self::RATIO, $case, null, 1.5, note: 'the module is not loaded');
                continue;
            }
            $peer = $lab->hasApcu() ? $this->storm($lab, $case, 'apcu', '') : null;
            $worst = null;
            foreach (['volatile', 'pinned'] as $backend) {
                $one = $this->storm($lab, $case, 'module', $backend);
                if ($worst === null || $one['storm'] / $one['quiet'] > $worst['storm'] / $worst['quiet']) {
                    $tail = \max($one['p999'], $worst['p999'] ?? 0);
                    $worst = ['p999' => $tail] + $one;
                }
            }
            $detail = ['own, quiet' => $worst['quiet'], 'own, storm' => $worst['storm']];
            if ($peer !== null) {
                $detail += ['APCu, quiet' => $peer['quiet'], 'APCu, storm' => $peer['storm']];
            }
            yield new Result('R5', self::RATIO, $case, $worst['storm'] / $worst['quiet'], 1.5, detail: $detail);
            $detail = [
                "the other's calls per second" => $worst['pace'],
                'own p50, ns' => $worst['p50'],
                'own p99, ns' => $worst['p99'],
                'own max, ns' => $worst['max'],
            ];
            if ($peer !== null) {
                $detail += ['APCu p50, ns' => $peer['p50'], 'APCu p99, ns' => $peer['p99'], 'APCu p99.9, ns' => $peer['p999']];
            }
            yield new Result('R5', self::TAIL, $case, (float) $worst['p999'], self::TAIL_LIMIT, 'ns', $detail, named: true);
        }
    }

    private function storm(Lab $lab, string $case, string $kind, string $backend): array
    {
        [$store, $fetch] = $kind === 'apcu' ? ['\apcu_store', '\apcu_fetch']
            : ["\\OPcache\\{$backend}_store", "\\OPcache\\{$backend}_fetch"];
        // Setup and bodies see no variables of each other: keys are a constant of the loop.
        [$setup, $body, $check] = $case === 'config64' ? [
            "for (\$k = 0; \$k < 64; ++\$k) { {$store}(\"bench.{\$k}\", \"value {\$k}\"); }",
            "\$x = {$fetch}('bench.' . (\$i & 63));",
            '\preg_match(\'/^value \d+$/\', $x) === 1',
        ] : [
            "{$store}('bench', \\StaticCache\\Bench\\Workloads::build('{$case}'));",
            "\$x = {$fetch}('bench');",
            "\$x === \\StaticCache\\Bench\\Workloads::build('{$case}')",
        ];
        $storm = \sprintf(self::STORM[$kind], $backend);
        $progress = $kind === 'apcu' ? "\\apcu_cache_info(true)['num_inserts']"
            : "\\OPcache\\{$backend}_cache_info()->mutation_epoch";
        // The longest of all rows: two thirds of the rounds do.
        $rounds = \intdiv($lab->rounds() * 2 + 2, 3);
        $arguments = [$setup, $body, $check, $storm, $progress, $rounds, $lab->roundNs()];
        return $lab->together('storm', $arguments);
    }
};
