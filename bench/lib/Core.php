<?php
declare(strict_types=1);

namespace StaticCache\Bench;

/** Figures of the core without PHP, measured by a program of its own (bench/core). */
final class Core
{
    /** Its rows that are not also rows of PHP. */
    public const TITLES = [
        'E1' => 'hit ratio of the volatile backend when it is full',
        'F1' => 'how much of the memory can be used while entries of all sizes come and go',
        'G1' => 'cost of an operation as the segment and the number of entries grow',
    ];
    private const ROWS = ['E1', 'F1', 'G1', 'R5', 'S1', 'W2'];

    /** @return list<Result> */
    public static function measure(Options $options): array
    {
        $rows = $options->rows === [] ? self::ROWS : \array_values(\array_intersect(self::ROWS, $options->rows));
        if ($rows === []) {
            return [];
        }
        \fwrite(\STDERR, "\rcore: " . \implode(', ', $rows) . ' ');
        $json = "{$options->scratch}/core.json";
        $extent = match (true) {
            $options->smoke => ['--smoke'],
            !$options->full => ['--quick'],
            default => [],
        };
        $log = ['file', "{$options->scratch}/core.log", 'w'];
        $process = \proc_open([$options->core, ...$extent, '--json', $json, ...$rows], [1 => $log, 2 => $log], $pipes);
        if (\proc_close($process) !== 0) {
            throw new \RuntimeException("the core's figures: " . \file_get_contents($log[1]));
        }
        $report = \json_decode((string) \file_get_contents($json), true, flags: \JSON_THROW_ON_ERROR);
        return \array_map(self::result(...), $report['figures']);
    }

    private static function result(array $figure): Result
    {
        return new Result(
            $figure['row'],
            $figure['check'],
            $figure['case'],
            $figure['value'],
            $figure['limit'],
            $figure['unit'],
            $figure['detail'],
            $figure['note'],
            $figure['at_least'],
            true,
        );
    }
}
