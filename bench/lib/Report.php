<?php
declare(strict_types=1);

namespace StaticCache\Bench;

/** Results as tables: on the terminal, and as a page of the documentation. */
final class Report
{
    /** In the place of a PHP's version: measured without PHP. */
    public const CORE = '-';

    /** @param list<array{lab: array{php: string, jit: string}, result: Result}> $results */
    public function __construct(
        private readonly array $results,
        private readonly array $machine,
        private readonly array $subjects,
        private readonly string $date,
        private readonly string $command,
    ) {
    }

    public function terminal(): string
    {
        $text = self::aligned($this->summaryTable());
        $missing = $this->missing();
        if ($missing !== []) {
            $text .= "\nTargets that are missed:\n" . self::aligned($missing);
        }
        return $text;
    }

    /** @param string $notes the last part of the page, which is written by hand */
    public function markdown(array $titles, string $notes): string
    {
        $load = \number_format($this->machine['load'], 2);
        $text = "# Benchmarks\n\nWritten by `{$this->command}`; edit bench/notes.md for the last part, and nothing else.\n\n"
            . "| | |\n|---|---|\n"
            . "| date | {$this->date} |\n"
            . "| processor | {$this->machine['cpu']}, {$this->machine['cores']} cores |\n"
            . "| system | {$this->machine['system']}, {$this->machine['kernel']}, load {$load} at the start |\n";
        foreach ($this->subjects as $facts) {
            $text .= '| PHP | ' . self::subject($facts) . " |\n";
        }
        $text .= <<<'MD'

            All contenders of a comparison run in turn, round by round, on the same machine in the same minutes; a figure is
            the fastest round, per call, the loop around the call included. Where both backends are measured, the slower one
            counts; of APCu's two serializers, the faster one. A ratio below 1 means that static-cache took less time or
            memory. `include` is the inclusion of a file that returns a constant array, which OPcache holds in shared memory
            (`opcache.validate_timestamps=0`). Every value is compared with the original after each round. Stores of a megabyte
            are bound by memory and depend on where it happens to lie: expect these figures to move by a factor of two
            between runs.

            Rows of the core by itself come from `static-cache-bench` (bench/core): the real segment, without PHP. E1: the
            hit ratio of a full volatile segment on generated requests; the other policies are simulated and count bytes
            only, without fragmentation or bookkeeping; APCu empties itself when an allocation fails (`apc.ttl=0`), or
            removes what was not asked for during `apc.ttl` first; the optimum knows the future. F1: entries of random
            sizes come and go, and contents are checked; *needed when a store fails* is what is live and what was to be
            stored, as a part of the heap, *held* the highest level at which no store failed. The core's R5 looks each
            object up; PHP's fetches the same keys again in one request. G1: with the same 64 keys in
            rotation all is in the processor's caches, and the structures' own cost shows; with random keys a million
            entries are in no cache, and what is measured is memory: next to it stands what reading one random line of as
            many bytes costs, each naming the next. Where a row compares two processes with one,
            each has a processor of its own, all work is timed from the first's start to the last's end, and the best
            of many short rounds counts. What two processes reach that share nothing is stated next to it: where a virtual
            machine's processors are threads of one core, that is less than twice.

            First fetches (R3, R4) are those of requests to php-fpm with one worker; each request times one. *warm*: the
            worker's request before was the same one; *cold*: the request has read 4 MB of other memory before. Their figure
            is the median of a round's requests, in the best round; the median of all requests stands next to
            it. C5 compares the time that php-fpm's workers spend on a processor per request: the median of the ratios of many
            short rounds; the times are those of the best. Nginx and the load generator take about as much again, on the same
            processors, and what these rates say of the workers is little. *table only* is the time within a request to obtain the route table.

            ## Summary
            The worst case of each comparison, and how far it is from its target:

            ![Results relative to their targets](benchmarks.svg)


            MD;
        $text .= self::markdownTable($this->summaryTable());
        foreach ($titles as $row => $title) {
            $text .= "\n## {$row}: {$title}\n" . $this->details($row);
        }
        return "{$text}\n{$notes}";
    }

    /** @return list<array{lab: array, result: Result}> the worst case of each comparison that has a target, per PHP and JIT */
    public function summary(): array
    {
        $summary = [];
        foreach ($this->grouped() as $group) {
            $worst = null;
            foreach ($group as $entry) {
                $worst = self::isWorse($entry['result'], $worst['result'] ?? null) ? $entry : $worst;
            }
            if ($worst['result']->limit !== null) {
                $summary[] = $worst;
            }
        }
        return $summary;
    }

    /** @return list<list<string>> heading and lines */
    private function summaryTable(): array
    {
        $table = [['row', 'what', 'PHP', 'JIT', 'target', 'result', 'worst case', '']];
        foreach ($this->summary() as ['lab' => $lab, 'result' => $result]) {
            $table[] = [
                $result->row,
                $result->check,
                $lab['php'],
                $lab['jit'],
                self::target($result),
                self::shown($result->value, $result->unit),
                $result->value === null ? $result->note : $result->case,
                $result->verdict(),
            ];
        }
        return $table;
    }

    /** @return list<list<string>> */
    private function missing(): array
    {
        $table = [];
        foreach ($this->results as ['lab' => $lab, 'result' => $result]) {
            if ($result->verdict() === 'MISSING') {
                $figures = [];
                foreach ($result->detail as $name => $figure) {
                    $figures[] = "{$name} " . self::figure($figure);
                }
                $table[] = [
                    "{$result->row} {$result->case}",
                    $result->check,
                    $lab['php'] === self::CORE ? 'core' : "PHP {$lab['php']}, JIT {$lab['jit']}",
                    self::shown($result->value, $result->unit) . ', ' . self::target($result),
                    \implode(', ', $figures),
                ];
            }
        }
        return $table === [] ? [] : [['case', 'what', 'where', 'result, target', 'ns or bytes'], ...$table];
    }

    private function details(string $row): string
    {
        $text = '';
        foreach ($this->grouped() as $group) {
            if ($group[0]['result']->row !== $row) {
                continue;
            }
            $lab = $group[0]['lab'];
            $where = $lab['php'] === self::CORE ? 'the core by itself' : "PHP {$lab['php']}, JIT {$lab['jit']}";
            $columns = [];
            foreach ($group as ['result' => $result]) {
                $columns += $result->detail;
            }
            $columns = \array_keys($columns);
            $unit = $row[0] === 'M' ? 'bytes' : 'ns';
            $suffix = $group[0]['result']->named ? '' : ", {$unit}";
            $heading = \array_map(static fn (string $name): string => ($name === 'own' ? 'static-cache' : $name) . $suffix, $columns);
            $table = [['case', ...$heading, 'result', 'target', '']];
            foreach ($group as ['result' => $result]) {
                $table[] = [
                    $result->case,
                    ...\array_map(static fn (string $name): string => self::figure($result->detail[$name] ?? null), $columns),
                    self::shown($result->value, $result->unit),
                    self::target($result),
                    $result->verdict() . ($result->note === '' ? '' : ": {$result->note}"),
                ];
            }
            $text .= "\n**{$group[0]['result']->check}**, {$where}\n\n" . self::markdownTable($table);
        }
        return $text;
    }

    /** @return array<string, list<array{lab: array, result: Result}>> by row, comparison, PHP and JIT */
    private function grouped(): array
    {
        $groups = [];
        foreach ($this->results as $entry) {
            $groups["{$entry['result']->row}|{$entry['result']->check}|{$entry['lab']['php']}|{$entry['lab']['jit']}"][] = $entry;
        }
        \uksort($groups, static fn (string $a, string $b): int => \strcmp(\explode('|', $a)[0], \explode('|', $b)[0]));
        return $groups;
    }

    /** Furthest above its target; what has a target before what has none, figures before no figures. */
    private static function isWorse(Result $one, ?Result $other): bool
    {
        if ($other === null) {
            return true;
        }
        $rank = static fn (Result $result): array => [
            $result->limit !== null,
            $result->value !== null,
            $result->value === null ? 0.0 : $result->excess(),
        ];
        return $rank($one) > $rank($other);
    }

    /** How a measured PHP is called. */
    public static function php(array $facts): string
    {
        return $facts['php'] . ($facts['zts'] ? ' ZTS' : ' NTS');
    }

    private static function subject(array $facts): string
    {
        $parts = [self::php($facts)];
        foreach (['static_cache', 'apcu', 'igbinary'] as $extension) {
            $parts[] = $facts[$extension] === false ? "no {$extension}" : "{$extension} {$facts[$extension]}";
        }
        return \implode(', ', $parts);
    }

    private static function target(Result $result): string
    {
        if ($result->limit === null) {
            return '-';
        }
        return ($result->least ? '≥ ' : '≤ ') . self::shown($result->limit, $result->unit);
    }

    private static function shown(?float $value, string $unit): string
    {
        return match (true) {
            $value === null => '-',
            $unit === 'ratio' => \sprintf($value < 0.001 ? '%.6f' : ($value < 0.1 ? '%.4f' : '%.2f'), $value),
            $unit === 'bytes' => \number_format($value) . ' B',
            $unit === 'percent' => \number_format($value, 1) . ' %',
            $unit === 'ns', $unit === 'µs' => \number_format($value, $value < 100 ? 1 : 0) . " {$unit}",
            default => \number_format($value),
        };
    }

    private static function figure(?float $figure): string
    {
        return $figure === null ? '-' : \number_format($figure, $figure < 1 ? 3 : ($figure < 100 ? 1 : 0));
    }

    /** @param list<list<string>> $table */
    private static function aligned(array $table): string
    {
        $widths = [];
        foreach ($table as $line) {
            foreach ($line as $column => $cell) {
                $widths[$column] = \max($widths[$column] ?? 0, \strlen($cell));
            }
        }
        $text = '';
        foreach ($table as $line) {
            $cells = [];
            foreach ($line as $column => $cell) {
                $cells[] = $cell . \str_repeat(' ', $widths[$column] - \strlen($cell));
            }
            $text .= \rtrim(\implode('  ', $cells)) . "\n";
        }
        return $text;
    }

    /** @param list<list<string>> $table */
    private static function markdownTable(array $table): string
    {
        $lines = \array_map(static fn (array $cells): string => '| ' . \implode(' | ', $cells) . ' |', $table);
        \array_splice($lines, 1, 0, ['|' . \str_repeat('---|', \count($table[0]))]);
        return \implode("\n", $lines) . "\n";
    }
}
