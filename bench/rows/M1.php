<?php
declare(strict_types=1);

namespace StaticCache\Bench;

return new class implements Row {
    private const COPIES = 50;
    private const LIMITS = [
        'small' => 1.0, 'routes300' => 1.0, 'routes3000' => 1.0, 'strings2000' => 1.0, 'ints10000' => 1.6,
        'object' => 1.0, 'objects100' => 1.0, 'metadata50' => 1.0, 'router' => 1.0, 'serialize' => 1.0, 'sleep' => 1.0,
        'dates20' => 1.0, 'spl' => 1.0, 'cycle' => 1.0];
    private const CHECK = 'bytes per value / APCu\'s with serializer php';

    public function title(): string
    {
        return 'shared memory per stored value, the entry and its key included';
    }

    public function measure(Lab $lab): iterable
    {
        foreach ($lab->cases(\array_keys(Workloads::ALL + Objects::ALL)) as $case) {
            $limit = self::LIMITS[$case] ?? null;
            if (!$lab->hasModule() || !$lab->hasApcu()) {
                $note = $lab->hasModule() ? 'this PHP has no APCu' : 'the module is not loaded';
                $detail = $lab->hasModule() ? ['own' => $this->own($lab, $case)] : [];
                yield new Result('M1', self::CHECK, $case, null, $limit, detail: $detail, note: $note);
                continue;
            }
            $own = $this->own($lab, $case);
            $detail = ['own' => $own];
            foreach (\array_keys($lab->workers) as $serializer) {
                $detail["apcu/{$serializer}"] = $this->apcu($lab, $serializer, $case);
            }
            yield new Result('M1', self::CHECK, $case, $own / $detail['apcu/php'], $limit, detail: $detail);
        }
    }

    private function own(Lab $lab, string $case): float
    {
        return (float) $lab->evaluate(\array_key_first($lab->workers), $this->source(
            $case,
            '-\OPcache\pinned_cache_info()->free_memory',
            '\OPcache\pinned_store',
        ));
    }

    private function apcu(Lab $lab, string $serializer, string $case): float
    {
        return (float) $lab->evaluate($serializer, $this->source(
            $case,
            '-\apcu_sma_info(true)[\'avail_mem\']',
            '\apcu_store',
        ));
    }

    /** One value is stored before, so that whatever is made only once is there already. */
    private function source(string $case, string $used, string $store): string
    {
        $copies = self::COPIES;
        return <<<PHP
            \$value = \\StaticCache\\Bench\\Workloads::build('{$case}');
            {$store}('first', \$value);
            \$before = {$used};
            for (\$i = 10; \$i < 10 + {$copies}; ++\$i) {
                if (!{$store}("bench.copy{\$i}", \$value)) {
                    throw new \\RuntimeException('M1 {$case}: not stored');
                }
            }
            return ({$used} - \$before) / {$copies};
            PHP;
    }
};
