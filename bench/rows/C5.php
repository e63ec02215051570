<?php
declare(strict_types=1);

namespace StaticCache\Bench;

use StaticCache\Demo\{Load, Stack, Variants};

require_once __DIR__ . '/../../demo/load.php';
require_once __DIR__ . '/../../demo/stack.php';
require_once __DIR__ . '/../../demo/variants.php';

/**
 * The application of the demonstration. Its workers' time on a processor is what the comparison is made with: a request
 * costs the web server and the load generator about as much again, and what they do next to the workers on few
 * processors hides differences in the requests per second.
 */
return new class implements Row {
    /** Variants of the application (demo/variants.php) that are to meet the targets, and peers => targets. */
    private const OURS = ['static-cache', 'attribute'];
    private const PEERS = ['include' => 1.0, 'apcu' => 3.0];
    private const NAMES = ['include' => 'include', 'apcu' => 'APCu'];
    /** Resources of the application, five routes each. */
    private const SIZES = ['300 routes' => 60, '3,000 routes' => 600];
    private const PATH = '/resource7/42';
    private const POOLS = ['shop' => 64];
    /** How long a round of each variant is to take: short ones, of which many are left alone by the rest of the machine. */
    private const ROUND_NS = 25_000_000;

    public function title(): string
    {
        return 'whole application: FastRoute in php-fpm behind nginx, its route table from the cache';
    }

    public function measure(Lab $lab): iterable
    {
        $cases = $lab->cases(\array_keys(self::SIZES));
        if ($cases === []) {
            return;
        }
        $obstacle = $lab->hasModule() ? Stack::obstacle($lab->subject['php']) : 'the module is not loaded';
        if ($obstacle !== '') {
            foreach (self::PEERS as $peer => $limit) {
                yield new Result('C5', self::check($peer), 'all', null, $limit, note: $obstacle, least: true);
            }
            return;
        }
        foreach ($cases as $case) {
            yield from $this->application($lab, $case, self::SIZES[$case]);
        }
    }

    private static function check(string $peer): string
    {
        return 'requests per second of the workers\' processor time / the same with ' . self::NAMES[$peer];
    }

    private function application(Lab $lab, string $case, int $resources): iterable
    {
        $peers = \array_filter(\array_keys(self::PEERS), static fn (string $peer): bool => $peer !== 'apcu' || $lab->hasApcu());
        $variants = [...self::OURS, ...$peers];
        $figures = $this->race($lab, $resources, $variants);
        $lab->record(['application' => $case, 'tool' => Load::tool(), 'figures' => $figures]);
        foreach (self::OURS as $own) {
            $name = \count(self::OURS) === 1 ? $case : "{$case}, {$own}";
            foreach (self::PEERS as $peer => $limit) {
                if (!isset($figures[$peer])) {
                    yield new Result('C5', self::check($peer), $name, null, $limit, note: 'this PHP has no APCu', least: true);
                    continue;
                }
                [$mine, $theirs] = [$figures[$own], $figures[$peer]];
                yield new Result(
                    'C5',
                    self::check($peer),
                    $name,
                    self::ratio($theirs['rounds'], $mine['rounds']),
                    $limit,
                    detail: [
                        'own' => $mine['cpu'],
                        self::NAMES[$peer] => $theirs['cpu'],
                        'own, table only' => $mine['table'],
                        self::NAMES[$peer] . ', table only' => $theirs['table'],
                    ],
                    least: true,
                );
                yield new Result(
                    'C5',
                    'requests per second / the same with ' . self::NAMES[$peer],
                    $name,
                    $mine['rate'] / $theirs['rate'],
                    null,
                    detail: ['static-cache, requests/s' => $mine['rate'], self::NAMES[$peer] . ', requests/s' => $theirs['rate']],
                    note: \sprintf(
                        'the workers used %.0f %% of %d processors, the rest is %s, nginx and idle time',
                        100 * $mine['rate'] * $mine['cpu'] / 1e9 / Machine::describe()['cores'],
                        Machine::describe()['cores'],
                        Load::tool(),
                    ),
                    least: true,
                    named: true,
                );
            }
        }
    }

    /**
     * The median of the rounds' ratios: what disturbs a round of one variant disturbs those next to it as well, while which of them had the
     * luckiest of all rounds says little where they are nearly equal.
     */
    private static function ratio(array $theirs, array $mine): float
    {
        $ratios = \array_map(static fn (float $their, float $my): float => $their / $my, $theirs, $mine);
        \sort($ratios);
        $middle = \intdiv(\count($ratios), 2);
        return \count($ratios) % 2 === 1 ? $ratios[$middle] : ($ratios[$middle - 1] + $ratios[$middle]) / 2;
    }

    /**
     * @return array<string, array{cpu: float, rate: float, table: float, rounds: list<float>}> ns per request in the best round, requests/s,
     *         ns to get the table; ns per request in each round
     */
    private function race(Lab $lab, int $resources, array $variants): array
    {
        $stack = $lab->application(self::POOLS, $resources);
        $figures = [];
        try {
            Variants::check($stack, $variants);
            $counts = [];
            foreach ($variants as $variant) {
                $counts[$variant] = $lab->isSmoke() ? 8 : $this->calibrate($stack, $variant);
                $figures[$variant] = ['cpu' => \INF, 'rate' => 0.0, 'table' => \INF, 'rounds' => []];
            }
            for ($round = 0; $round < $this->rounds($lab); ++$round) {
                // None always comes after the same other one, and what that leaves the processor and the scheduler with.
                \shuffle($variants);
                foreach ($variants as $variant) {
                    $figure = &$figures[$variant];
                    $before = $stack->fpm->cpuNs();
                    $rate = Load::run($stack->address, "/shop/{$variant}" . self::PATH, $counts[$variant]);
                    $figure['rounds'][] = $cpu = ($stack->fpm->cpuNs() - $before) / $counts[$variant];
                    $figure['cpu'] = \min($figure['cpu'], $cpu);
                    $figure['rate'] = \max($figure['rate'], $rate);
                    $figure['table'] = \min($figure['table'], $this->table($stack, $variant));
                    unset($figure);
                }
            }
            Variants::check($stack, $variants);
        } finally {
            $stack->stop();
        }
        return $figures;
    }

    private function rounds(Lab $lab): int
    {
        return match (true) {
            $lab->isSmoke() => 1,
            $lab->isFull() => 4 * $lab->rounds(),
            default => 2 * $lab->rounds(),
        };
    }

    /** How many requests fill a round. The first ones compile. */
    private function calibrate(Stack $stack, string $variant): int
    {
        $rate = 0.0;
        foreach ([50, 200] as $count) {
            $rate = Load::run($stack->address, "/shop/{$variant}" . self::PATH, $count);
        }
        return \max(40, (int) ($rate * self::ROUND_NS / 1e9));
    }

    /** The median of what the application itself measures. */
    private function table(Stack $stack, string $variant): float
    {
        $times = [];
        for ($sample = 0; $sample < 9; ++$sample) {
            $times[] = (int) $stack->get("/shop/{$variant}" . self::PATH)['headers']['x-table-ns'];
        }
        \sort($times);
        return (float) $times[4];
    }
};
