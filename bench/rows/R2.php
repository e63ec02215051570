<?php
declare(strict_types=1);

namespace StaticCache\Bench;

return new class implements Row {
    private const TO_INT = 'fetch / fetch of an int';
    private const TO_INCLUDE = 'fetch / include';
    private const TO_APCU = 'fetch / apcu_fetch';
    private const TO_NAMED = 'fetch by names that were put together / by names in the code';

    public function title(): string
    {
        return 'repeated fetch of object-free values in one request';
    }

    public function measure(Lab $lab): iterable
    {
        foreach ($lab->cases(\array_diff(\array_keys(Workloads::ALL), ['int'])) as $case) {
            yield from $this->fetch($lab, $case);
        }
        if ($lab->cases(['config64']) !== []) {
            yield from $this->rotation($lab);
        }
        foreach ($lab->cases(['fetch_array32', 'fetch_array128']) as $case) {
            yield from $this->several($lab, $case, (int) \substr($case, \strlen('fetch_array')));
        }
        foreach ($lab->cases(['mutate:small', 'mutate:routes300']) as $case) {
            yield from $this->mutate($lab, $case, \explode(':', $case)[1]);
        }
    }

    private function fetch(Lab $lab, string $case): iterable
    {
        $contenders = [
            'apcu' => new Contender('apcu', '$x = \apcu_fetch(\'bench\');', '\apcu_store(\'bench\', $value);'),
        ];
        foreach (['volatile', 'pinned'] as $backend) {
            $contenders[$backend] = new Contender(
                'module',
                "\$x = \\OPcache\\{$backend}_fetch('bench');",
                "\\OPcache\\{$backend}_store('bench', \$value); \\OPcache\\{$backend}_store('bench.int', 1);",
            );
            $contenders["{$backend} int"] = new Contender(
                'module',
                "\$x = \\OPcache\\{$backend}_fetch('bench.int');",
                expect: '1',
            );
        }
        if (\in_array($case, Workloads::CONSTANT_ARRAYS, true)) {
            $contenders['include'] = new Contender('', '$x = include $file;');
        }
        $times = $lab->race("R2 {$case}", $case, $contenders);
        $rebuilt = $case === 'references';
        yield $this->toInt($case, $times, $rebuilt);
        if (isset($contenders['include'])) {
            yield Compare::slowest('R2', self::TO_INCLUDE, $case, $times, ['volatile', 'pinned'], ['include'], 0.6);
        }
        yield Compare::slowest('R2', self::TO_APCU, $case, $times, ['volatile', 'pinned'], ['apcu'], null);
    }

    /** Each backend against its own int. */
    private function toInt(string $case, array $times, bool $rebuilt): Result
    {
        $limit = $rebuilt ? null : 1.3;
        $note = $rebuilt ? 'what PHP references tie together is built anew by each fetch' : '';
        $worst = null;
        foreach (['volatile', 'pinned'] as $backend) {
            $pair = ['value' => $times[$backend] ?? null, 'int' => $times["{$backend} int"] ?? null];
            $one = Compare::slowest('R2', self::TO_INT, $case, \array_filter($pair), ['value'], ['int'], $limit, $note);
            if ($worst === null || $one->value > $worst->value) {
                $worst = $one;
            }
        }
        return $worst;
    }

    /**
     * Many small entries, so that one look-up does not help the next: by names that stand in the code, and by names that were put
     * together, which PHP counts and which have to be compared. Each next to an int under a name of the same kind.
     */
    private function rotation(Lab $lab): iterable
    {
        $names = \array_map(static fn (int $k): string => "'config.section.key{$k}'", \range(0, 63));
        $inCode = '$keys = [' . \implode(', ', $names) . '];';
        // Not known before it runs, or OPcache would put it into the code.
        $together = '$keys = []; for ($k = 0; $k < 64; ++$k) { $keys[] = "config.section.key{$k}"; }';
        $store = static fn (string $function): string =>
            "{$inCode} foreach (\$keys as \$k => \$key) { {$function}(\$key, \"value {\$k}\"); } ";
        $contenders = [];
        foreach (['volatile', 'pinned'] as $backend) {
            $body = "\$x = \\OPcache\\{$backend}_fetch(\$keys[\$i & 63]);";
            $setup = $store("\\OPcache\\{$backend}_store") . "\\OPcache\\{$backend}_store('bench.int', 1);";
            $after = "\\OPcache\\{$backend}_fetch('config.section.key63') === 'value 63'";
            $contenders[$backend] = new Contender('module', $body, $setup, $inCode, '', 0, $after);
            $contenders["{$backend} together"] = new Contender('module', $body, $setup, $together, '', 0, $after);
            $contenders["{$backend} int"] = new Contender(
                'module',
                $body,
                before: '$keys = \array_fill(0, 64, \'bench.int\');',
                expect: '1',
            );
            $contenders["{$backend} int together"] = new Contender(
                'module',
                $body,
                before: '$keys = \array_fill(0, 64, "bench." . ($n > 0 ? "int" : ""));',
                expect: '1',
            );
        }
        foreach (['apcu' => $inCode, 'apcu together' => $together] as $label => $before) {
            $contenders[$label] = new Contender('apcu', '$x = \apcu_fetch($keys[$i & 63]);', $store('\apcu_store'), $before, '');
        }
        $times = $lab->race('R2 config64', null, $contenders);
        foreach (['config64' => '', 'config64, names put together' => ' together'] as $case => $kind) {
            $these = [];
            foreach ($times as $label => $time) {
                if (\str_contains($label, ' together') === ($kind !== '')) {
                    $these[\str_replace(' together', '', $label)] = $time;
                }
            }
            yield $this->toInt($case, $these, false);
            yield Compare::slowest('R2', self::TO_APCU, $case, $these, ['volatile', 'pinned'], ['apcu'], null);
        }
        $kinds = \array_filter(['together' => $times['volatile together'] ?? null, 'in the code' => $times['volatile'] ?? null]);
        yield Compare::slowest('R2', self::TO_NAMED, 'config64', $kinds, ['together'], ['in the code'], null);
    }

    private function several(Lab $lab, string $case, int $count): iterable
    {
        $keys = "\$keys = []; for (\$k = 0; \$k < {$count}; ++\$k) { \$keys[] = \"config.section.key{\$k}\"; }";
        $values = "{$keys} \$values = \\array_map(static fn (string \$key): string => \"value of {\$key}\", \$keys);"
            . ' $all = \array_combine($keys, $values);';
        $expect = '(static function () { ' . $values . ' return $all; })()';
        $contenders = [
            'apcu' => new Contender(
                'apcu',
                '$x = \apcu_fetch($keys);',
                $values . ' \apcu_store($all);',
                $keys,
                $expect,
            ),
        ];
        foreach (['volatile', 'pinned'] as $backend) {
            $contenders[$backend] = new Contender(
                'module',
                "\$x = \\OPcache\\{$backend}_fetch_array(\$keys);",
                $values . " \\OPcache\\{$backend}_store_array(\$all);",
                $keys,
                $expect,
            );
        }
        $times = $lab->race("R2 {$case}", null, $contenders);
        $check = 'fetch_array / apcu_fetch(array)';
        yield Compare::slowest('R2', $check, $case, $times, ['volatile', 'pinned'], ['apcu'], null);
    }

    /** The caller changes its array: PHP makes a copy of one level, whoever the array came from. */
    private function mutate(Lab $lab, string $case, string $workload): iterable
    {
        $expect = '[...$value, \'added\' => 1]';
        $contenders = [
            'apcu' => new Contender(
                'apcu',
                '$x = \apcu_fetch(\'bench\'); $x[\'added\'] = 1;',
                '\apcu_store(\'bench\', $value);',
                expect: $expect,
            ),
            'include' => new Contender('', '$x = include $file; $x[\'added\'] = 1;', expect: $expect),
        ];
        foreach (['volatile', 'pinned'] as $backend) {
            $contenders[$backend] = new Contender(
                'module',
                "\$x = \\OPcache\\{$backend}_fetch('bench'); \$x['added'] = 1;",
                "\\OPcache\\{$backend}_store('bench', \$value);",
                expect: $expect,
                after: "\\OPcache\\{$backend}_fetch('bench') === \$value",
            );
        }
        $times = $lab->race("R2 {$case}", $workload, $contenders);
        foreach (['include' => 'fetch and change / include and change', 'apcu' => 'fetch and change / the same with APCu'] as $peer => $check) {
            yield Compare::slowest('R2', $check, $case, $times, ['volatile', 'pinned'], [$peer], null);
        }
    }
};
