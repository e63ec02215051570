<?php
declare(strict_types=1);

namespace StaticCache\Bench;

return new class implements Row {
    private const TO_INT = 'first fetch / first fetch of an int';
    private const TO_APCU_INT = 'first fetch / first apcu_fetch of an int';
    private const TO_APCU = 'first fetch / first apcu_fetch of the same value';
    private const TO_INCLUDE = 'first fetch / first include';

    public function title(): string
    {
        return 'first fetch of a request in php-fpm, object-free values';
    }

    public function measure(Lab $lab): iterable
    {
        $cases = $lab->cases(\array_keys(Workloads::ALL));
        if ($cases === []) {
            return;
        }
        $obstacle = FirstFetch::obstacle($lab);
        if ($obstacle !== '') {
            yield new Result('R3', self::TO_INT, 'all', null, 1.5, note: $obstacle);
            yield new Result('R3', self::TO_APCU_INT, 'all', null, 1.2, note: $obstacle);
            return;
        }
        $measured = FirstFetch::measure($lab, \array_values(\array_unique(['int', ...$cases])));
        foreach ($measured as $state => $times) {
            foreach ($cases as $case) {
                yield from $this->compare($state, $case, $times);
            }
        }
    }

    private function compare(string $state, string $case, array $times): iterable
    {
        $rebuilt = $case === 'references' ? 'what PHP references tie together is built anew by each fetch' : '';
        if ($case !== 'int') {
            yield $this->toInt($state, $case, $times, $rebuilt);
        }
        $ours = \array_intersect_key($times[$case], ['volatile' => 0, 'pinned' => 0]);
        $apcuInt = self::prefixed($times['int'], 'apcu', ' int');
        $limit = $rebuilt === '' ? 1.2 : null;
        yield FirstFetch::compare('R3', self::TO_APCU_INT . ", {$state}", $case, $ours, $apcuInt, $limit, $rebuilt);
        yield FirstFetch::compare('R3', self::TO_APCU . ", {$state}", $case, $ours, self::prefixed($times[$case], 'apcu'), null, '');
        if (isset($times[$case]['include'])) {
            $include = ['include' => $times[$case]['include']];
            yield FirstFetch::compare('R3', self::TO_INCLUDE . ", {$state}", $case, $ours, $include, null, '');
        }
    }

    /** Each backend against its own int. */
    private function toInt(string $state, string $case, array $times, string $rebuilt): Result
    {
        $worst = null;
        foreach (['volatile', 'pinned'] as $backend) {
            $one = FirstFetch::compare(
                'R3',
                self::TO_INT . ", {$state}",
                $case,
                [$backend => $times[$case][$backend]],
                ['int' => $times['int'][$backend]],
                $rebuilt === '' ? 1.5 : null,
                $rebuilt,
            );
            $worst = $worst === null || $one->value > $worst->value ? $one : $worst;
        }
        return $worst;
    }

    /** @return array<string, array{min: float, median: float}> those of a peer, whatever its serializer */
    private static function prefixed(array $times, string $peer, string $suffix = ''): array
    {
        $found = [];
        foreach ($times as $label => $time) {
            if (\explode('/', $label)[0] === $peer) {
                $found["{$label}{$suffix}"] = $time;
            }
        }
        return $found;
    }
};
