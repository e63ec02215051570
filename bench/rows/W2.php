<?php
declare(strict_types=1);

namespace StaticCache\Bench;

return new class implements Row {
    private const ONE = 'increment / apcu_inc';
    private const TWO = 'increments of 2 processes on distinct keys / of one';

    public function title(): string
    {
        return 'atomic increment';
    }

    public function measure(Lab $lab): iterable
    {
        $times = $lab->race('W2', null, [
            'pinned' => new Contender(
                'module',
                '$x = \OPcache\pinned_atomic_increment(\'bench\');',
                expect: '\OPcache\pinned_fetch(\'bench\')',
            ),
            'apcu' => new Contender(
                'apcu',
                '$x = \apcu_inc(\'bench\');',
                expect: '\apcu_fetch(\'bench\')',
            ),
        ]);
        yield Compare::slowest('W2', self::ONE, 'int', $times, ['pinned'], ['apcu'], 0.8);
        if (!$lab->hasModule()) {
            yield new Result('W2', self::TWO, 'int', null, 1.7, note: 'the module is not loaded', least: true);
            return;
        }
        $own = $this->scaling($lab, '\OPcache\pinned_atomic_increment', '\OPcache\pinned_fetch');
        $detail = ['own, one' => 1e9 / $own['one'], 'own, two' => 1e9 / $own['two']];
        if ($lab->hasApcu()) {
            $peer = $this->scaling($lab, '\apcu_inc', '\apcu_fetch');
            $detail += ['APCu, one' => 1e9 / $peer['one'], 'APCu, two' => 1e9 / $peer['two']];
        }
        yield new Result('W2', self::TWO, 'int', $own['two'] / $own['one'], 1.7, detail: $detail, least: true);
    }

    private function scaling(Lab $lab, string $increment, string $fetch): array
    {
        $setups = $bodies = $checks = [];
        foreach (['a', 'b'] as $key) {
            $setups[] = "{$increment}('{$key}', 1);";
            $bodies[] = "\$x = {$increment}('{$key}');";
            // An increment that was lost would show.
            $checks[] = "{$fetch}('{$key}') === \$done + 1";
        }
        return $lab->together('scaling', [$setups, $bodies, $checks, 8 * $lab->rounds(), $lab->roundNs()]);
    }
};
