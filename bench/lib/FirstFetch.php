<?php
declare(strict_types=1);

namespace StaticCache\Bench;

/**
 * What the first fetch of a request takes, in php-fpm with one worker.
 *
 * Each request times one fetch, its first, after the clock has been read a few times; what reading the clock takes by
 * itself is measured by the same lines just before, and taken off. What the processor's caches hold decides more than
 * what is executed, so there are two states: *warm*, the worker's request before was the same one, and *cold*, the
 * request has read some megabytes of other memory before, as applications do. All workloads and contenders are mixed in
 * each round, in an order that differs from round to round. A round's figure is the median of its requests; the best
 * round counts.
 */
final class FirstFetch
{
    public const STATES = ['warm', 'cold'];
    /** Requests of each contender and state per round. */
    private const ROUND = 15;
    /** More than a core's own caches hold. */
    private const COLD_BYTES = 4 << 20;
    private const SHARED = ['Objects', 'Workloads', 'RoundTrip'];

    /** Why it cannot be measured; '' if it can. */
    public static function obstacle(Lab $lab): string
    {
        return match (true) {
            !$lab->hasModule() => 'the module is not loaded',
            $lab->fpmBinary() === null => 'this PHP has no php-fpm',
            default => '',
        };
    }

    /**
     * @param list<string> $cases workloads
     * @return array<string, array<string, array<string, array{min: float, median: float, fastest: float}>>> ns, by
     *         state, workload and contender: of the best round, of all requests, and of the fastest one; APCu's once for each serializer
     *         ("apcu/igbinary")
     */
    public static function measure(Lab $lab, array $cases): array
    {
        $folder = $lab->folder('first');
        foreach (self::SHARED as $name) {
            self::write("{$folder}/{$name}.php", (string) \file_get_contents(__DIR__ . "/{$name}.php"));
        }
        self::write("{$folder}/memory.php", '<?php return \'' . \str_repeat('0123456789abcdef', \intdiv(self::COLD_BYTES, 16)) . '\';');
        $requests = $servers = [];
        try {
            foreach (\array_keys($lab->workers) as $serializer) {
                $own = "{$folder}/" . ($serializer === '' ? 'none' : $serializer);
                \mkdir($own);
                \chmod($own, 0711);
                $servers[$serializer] = $lab->fpm($serializer, $own);
                foreach ($cases as $case) {
                    if (\in_array($case, Workloads::CONSTANT_ARRAYS, true)) {
                        self::write("{$folder}/{$case}.php", '<?php return ' . \var_export(Workloads::build($case), true) . ';');
                    }
                    foreach (self::contenders($lab, $case) as $label => [$store, $fetch]) {
                        $script = "{$folder}/{$case}-{$label}.php";
                        self::write($script, self::script($case, $store, $fetch));
                        $name = $label === 'apcu' ? "{$label}/{$serializer}" : $label;
                        $request = ['case' => $case, 'label' => $name, 'server' => $serializer, 'script' => $script];
                        self::ask($servers, $request, 'do=store', 0);
                        $requests[] = $request;
                    }
                }
            }
            $samples = self::rounds($servers, $requests, $lab->requests());
        } finally {
            foreach ($servers as $server) {
                $server->stop();
            }
        }
        $times = [];
        foreach (self::STATES as $state) {
            foreach ($cases as $case) {
                \ksort($samples[$state][$case]);
                foreach ($samples[$state][$case] as $label => $rounds) {
                    $all = \array_merge(...$rounds);
                    $times[$state][$case][$label] = [
                        'min' => \min(\array_map(self::median(...), $rounds)),
                        'median' => self::median($all),
                        'fastest' => (float) \min($all),
                    ];
                }
            }
        }
        $lab->record(['first fetch' => $cases, 'requests' => $lab->requests(), 'ns' => $times]);
        return $times;
    }

    /**
     * The slowest of `$ours` against the fastest of `$peers`: the best round of each counts. Medians of all requests
     * stand beside it.
     *
     * @param array<string, array{min: float, median: float}> $ours
     * @param array<string, array{min: float, median: float}> $peers
     */
    public static function compare(
        string $row,
        string $check,
        string $case,
        array $ours,
        array $peers,
        ?float $limit,
        string $note,
    ): Result {
        if ($peers === []) {
            return new Result($row, $check, $case, null, $limit, note: 'this PHP has no APCu');
        }
        $own = self::pick($ours, 1);
        $detail = ['own' => $own['min'], 'own, median' => $own['median']];
        foreach ($peers as $label => $time) {
            $detail += [$label => $time['min'], "{$label}, median" => $time['median']];
        }
        return new Result($row, $check, $case, $own['min'] / self::pick($peers, -1)['min'], $limit, detail: $detail, note: $note);
    }

    /** The slowest (1) or the fastest (-1). */
    private static function pick(array $times, int $direction): array
    {
        \usort($times, static fn (array $a, array $b): int => $direction * ($b['min'] <=> $a['min']));
        return $times[0];
    }

    /** @return array<string, array<string, array<string, list<list<int>>>>> ns by state, workload, contender and round */
    private static function rounds(array $servers, array $requests, int $count): array
    {
        \mt_srand(1);
        // The first requests compile, and what is checked has done more than what is measured.
        self::check($servers, $requests);
        $samples = [];
        for ($round = 0; $round < \max(1, \intdiv($count, self::ROUND)); ++$round) {
            for ($done = 0; $done < \min($count, self::ROUND); ++$done) {
                \shuffle($requests);
                foreach ($requests as $request) {
                    ['case' => $case, 'label' => $label] = $request;
                    $samples['cold'][$case][$label][$round][] = self::ask($servers, $request, 'do=cold', null);
                    self::ask($servers, $request, 'do=warm', null);
                    $samples['warm'][$case][$label][$round][] = self::ask($servers, $request, 'do=warm', null);
                }
            }
        }
        self::check($servers, $requests);
        return $samples;
    }

    private static function check(array $servers, array $requests): void
    {
        foreach ($requests as $request) {
            self::ask($servers, $request, 'do=check', null);
        }
    }

    private static function median(array $list): float
    {
        \sort($list);
        return (float) $list[\intdiv(\count($list), 2)];
    }

    private static function ask(array $servers, array $request, string $query, ?int $expected): int
    {
        $body = $servers[$request['server']]->get('bench', $request['script'], $query);
        if (!\is_numeric($body) || ($expected !== null && (int) $body !== $expected)) {
            throw new \RuntimeException("first fetch of {$request['case']}, {$request['label']}: php-fpm said: {$body}");
        }
        return (int) $body;
    }

    /** @return array<string, array{string, string}> statements that store, and that fetch */
    private static function contenders(Lab $lab, string $case): array
    {
        $contenders = [];
        foreach ($lab->hasModule() ? ['volatile', 'pinned'] : [] as $backend) {
            $contenders[$backend] = ["\$done = \\OPcache\\{$backend}_store('bench.{$case}', \$value);", "\$x = \\OPcache\\{$backend}_fetch('bench.{$case}');"];
        }
        if ($lab->hasApcu()) {
            $contenders['apcu'] = ["\$done = \\apcu_store('bench.{$case}', \$value);", "\$x = \\apcu_fetch('bench.{$case}');"];
        }
        if (\in_array($case, Workloads::CONSTANT_ARRAYS, true)) {
            $contenders['include'] = ['$done = \is_readable($file);', '$x = include $file;'];
        }
        return $contenders;
    }

    /** The last pass of the loop does what the others did, and the fetch. */
    private static function script(string $case, string $store, string $fetch): string
    {
        $shared = \implode('', \array_map(static fn (string $name): string => "require __DIR__ . '/{$name}.php';\n", self::SHARED));
        return <<<PHP
            <?php
            declare(strict_types=1);
            {$shared}
            \$file = __DIR__ . '/{$case}.php';
            if (\$_GET['do'] === 'store') {
                \$value = \\StaticCache\\Bench\\Workloads::build('{$case}');
                {$store}
                echo \$done === true ? 0 : 'not stored';
                return;
            }
            if (\$_GET['do'] === 'cold') {
                \$memory = require __DIR__ . '/memory.php';
                if (\substr_count(\$memory, '-') !== 0) {
                    exit('the memory changed');
                }
            }
            \$x = null;
            \$clock = \\PHP_INT_MAX;
            for (\$pass = 20; ; --\$pass) {
                \$start = \\hrtime(true);
                if (\$pass === 0) {
                    {$fetch}
                }
                \$took = \\hrtime(true) - \$start;
                if (\$pass === 0) {
                    break;
                }
                if (\$took < \$clock) {
                    \$clock = \$took;
                }
            }
            if (\$_GET['do'] === 'check') {
                \\StaticCache\\Bench\\RoundTrip::check('first fetch', \\StaticCache\\Bench\\Workloads::build('{$case}'), \$x);
            }
            echo \$took - \$clock;

            PHP;
    }

    private static function write(string $path, string $text): void
    {
        \file_put_contents($path, $text);
        \chmod($path, 0644);
    }
}
