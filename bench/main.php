<?php
/** The driver behind bench/run: measures each PHP and JIT setting, prints the tables, writes the files. */
declare(strict_types=1);

namespace StaticCache\Bench;

\spl_autoload_register(static function (string $class): void {
    if (\str_starts_with($class, __NAMESPACE__ . '\\')) {
        require __DIR__ . '/lib/' . \substr($class, \strlen(__NAMESPACE__) + 1) . '.php';
    }
});

$options = Options::parse(\array_slice($argv, 1));

/** @var array<string, Row> $rows */
$rows = [];
foreach (\glob(__DIR__ . '/rows/[A-Z][0-9].php') as $file) {
    $name = \basename($file, '.php');
    if ($options->rows === [] || \in_array($name, $options->rows, true)) {
        $rows[$name] = require $file;
    }
}
if ($rows === [] && \array_intersect($options->rows, \array_keys(Core::TITLES)) === []) {
    \fwrite(\STDERR, "bench/run: no such row\n");
    exit(2);
}

$machine = Machine::describe();
$date = \gmdate('Y-m-d H:i') . ' UTC';
$started = \hrtime(true);
$results = $raw = $subjects = [];
try {
    foreach ($options->core === '' ? [] : Core::measure($options) as $result) {
        $results[] = ['lab' => ['php' => Report::CORE, 'jit' => Report::CORE], 'result' => $result];
    }
    foreach ($options->subjects as $subject) {
        foreach ($options->jits as $jit) {
            foreach ($rows as $name => $row) {
                $began = \hrtime(true);
                // New processes for each row, so that its figures do not depend on which rows went before.
                $lab = new Lab($subject, $jit, $options);
                $facts = $lab->facts();
                $php = Report::php($facts);
                $subjects[$php] = $facts;
                \fwrite(\STDERR, "\rPHP {$php}, JIT {$jit}: {$name} \e[K");
                foreach ($row->measure($lab) as $result) {
                    $results[] = ['lab' => ['php' => $php, 'jit' => $jit], 'result' => $result];
                }
                $lab->close();
                $seconds = \round((\hrtime(true) - $began) / 1e9, 1);
                $raw[] = ['facts' => $facts, 'jit' => $jit, 'row' => $name, 'seconds' => $seconds, 'races' => $lab->races];
            }
        }
    }
} catch (\RuntimeException $error) {
    \fwrite(\STDERR, "\nbench/run: {$error->getMessage()}\n");
    exit(1);
}
\fwrite(\STDERR, "\r\e[K");

$report = new Report($results, $machine, \array_values($subjects), $date, $options->command);
if ($options->smoke) {
    \printf("bench/run: %d comparisons, every value round-trips\n", \count($results));
    exit(0);
}
echo $report->terminal();
$seconds = (\hrtime(true) - $started) / 1e9;
\printf("\n%s, %d cores, load %.2f; %.0f s\n", $machine['cpu'], $machine['cores'], $machine['load'], $seconds);

$folder = __DIR__ . '/results';
@\mkdir($folder);
$file = "{$folder}/" . \gmdate('Ymd-His') . '.json';
\file_put_contents($file, \json_encode([
    'date' => $date,
    'command' => $options->command,
    'machine' => $machine,
    'rounds' => $options->rounds,
    'round_ns' => $options->roundNs,
    'results' => \array_map(
        static fn (array $entry): array => $entry['lab'] + \get_object_vars($entry['result'])
            + ['verdict' => $entry['result']->verdict()],
        $results,
    ),
    'runs' => $raw,
], \JSON_PRETTY_PRINT | \JSON_UNESCAPED_SLASHES | \JSON_THROW_ON_ERROR) . "\n");
echo "raw results: {$file}\n";
if ($options->writeDocs) {
    $titles = \array_map(static fn (Row $row): string => $row->title(), $rows) + Core::TITLES;
    \ksort($titles);
    \file_put_contents(__DIR__ . '/../docs/benchmarks.md', $report->markdown($titles, \file_get_contents(__DIR__ . '/notes.md')));
    \file_put_contents(__DIR__ . '/../docs/benchmarks.svg', Chart::svg($report->summary()));
    echo "written: docs/benchmarks.md, docs/benchmarks.svg\n";
}
