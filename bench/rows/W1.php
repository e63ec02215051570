<?php
declare(strict_types=1);

namespace StaticCache\Bench;

return new class implements Row {
    public function title(): string
    {
        return 'store: the same value again and again, and values that were just built';
    }

    public function measure(Lab $lab): iterable
    {
        foreach (['same value', 'new values'] as $kind) {
            $results = [];
            foreach ($lab->cases(\array_keys(Workloads::ALL + Objects::ALL)) as $case) {
                yield $results[] = $this->store($lab, $case, $kind);
            }
            if ($results !== []) {
                yield Compare::geometricMean('W1', self::check($kind), $results, 0.6);
            }
        }
    }

    private static function check(string $kind): string
    {
        return "store / apcu_store, {$kind}";
    }

    private function store(Lab $lab, string $case, string $kind): Result
    {
        $fresh = $kind === 'new values';
        $argument = $fresh ? '$values[$i]' : '$value';
        $one = "\$value = \\StaticCache\\Bench\\Workloads::build('{$case}');";
        $many = '$values = []; for ($v = 0; $v < $n; ++$v) {'
            . " \$values[] = \\StaticCache\\Bench\\Workloads::build('{$case}'); }";
        $contender = static fn (string $needs, string $store, string $fetch): Contender => new Contender(
            $needs,
            "\$x = {$store}('bench', {$argument});",
            // Its own in each round: what a store notes in a value, a string's hash, is no gift to the others.
            before: $fresh ? $many : $one,
            expect: 'true',
            most: $fresh ? Workloads::batch($case) : 0,
            after: "(\\StaticCache\\Bench\\RoundTrip::check('{$case}', \$value, {$fetch}('bench')) ?? true)",
        );
        $times = $lab->race("W1 {$case}, {$kind}", $case, [
            'volatile' => $contender('module', '\OPcache\volatile_store', '\OPcache\volatile_fetch'),
            'pinned' => $contender('module', '\OPcache\pinned_store', '\OPcache\pinned_fetch'),
            'apcu' => $contender('apcu', '\apcu_store', '\apcu_fetch'),
        ]);
        return Compare::slowest('W1', self::check($kind), $case, $times, ['volatile', 'pinned'], ['apcu'], 0.8);
    }
};
