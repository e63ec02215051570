<?php
/** The driver behind bench/profile. */
declare(strict_types=1);

namespace StaticCache\Bench;

/** Function of the module whose calls are counted => how they are called. $value is the workload. */
const KINDS = [
    'first' => ['static_cache::api::fetch::fetch', 'first fetch of a request'],
    'end' => ['static_cache::module::start::after_request', 'end of a request with one fetch'],
    'fetch' => ['static_cache::api::fetch::fetch', 'repeated fetch'],
    'store' => ['static_cache::api::store::store', 'store of the same value'],
];
const CASES = [
    'first:int', 'first:routes300', 'first:object', 'first:metadata50', 'end:object',
    'fetch:object', 'fetch:metadata50', 'fetch:serialize', 'fetch:cycle',
    'store:object', 'store:objects100', 'store:metadata50', 'store:serialize', 'store:cycle',
];
/** Requests, or calls in one request: the difference of two counts is free of what the first calls take. */
const COUNTS = [100, 300];
/** Functions with less are left out. */
const LEAST_PERCENT = 3.0;

[, $php, $so, $scratch] = $argv;
$cases = \array_slice($argv, 4) ?: CASES;
$cgi = \dirname($php) . '/' . \str_replace('php', 'php-cgi', \basename($php));

/** @return array<string, int> instructions by function */
function functions(string $file): array
{
    $counts = [];
    $function = '';
    $called = false;
    foreach (new \SplFileObject($file) as $line) {
        if (\str_starts_with($line, 'fn=')) {
            $function = \trim(\substr($line, 3));
        } elseif (\str_starts_with($line, 'calls=')) {
            // The line that follows says what the called function took, which counts where that is.
            $called = true;
        } elseif (\preg_match('/^[\d+*-]\S* (\d+)/', $line, $match)) {
            $counts[$function] = ($counts[$function] ?? 0) + ($called ? 0 : (int) $match[1]);
            $called = false;
        }
    }
    return $counts;
}

/** @return array<string, int> */
function run(string $cgi, string $so, string $scratch, string $kind, string $workload, int $count): array
{
    $lib = __DIR__ . '/lib';
    $script = "<?php\nrequire '{$lib}/Objects.php';\nrequire '{$lib}/Workloads.php';\n";
    $build = "\$value = \\StaticCache\\Bench\\Workloads::build('{$workload}');";
    $script .= match ($kind) {
        // Only the process's first request stores.
        'first', 'end' => "\$x = \\OPcache\\pinned_fetch('bench');\n"
            . "if (\$x === null) {\n    {$build}\n    \\OPcache\\pinned_store('bench', \$value) || exit(1);\n}\n",
        'fetch' => "{$build}\n\\OPcache\\pinned_store('bench', \$value) || exit(1);\n"
            . "for (\$i = 0; \$i < {$count}; ++\$i) {\n    \$x = \\OPcache\\pinned_fetch('bench');\n}\n",
        'store' => "{$build}\nfor (\$i = 0; \$i < {$count}; ++\$i) {\n    \\OPcache\\pinned_store('bench', \$value) || exit(1);\n}\n",
    };
    \file_put_contents("{$scratch}/script.php", $script);
    $settings = [
        'zend_extension=opcache', 'opcache.validate_timestamps=0', 'opcache.file_update_protection=0', 'opcache.jit=disable',
        "extension={$so}", 'opcache.static_cache.allow_unsafe_runtime=1', 'memory_limit=1G',
    ];
    $log = ['file', "{$scratch}/valgrind.log", 'w'];
    $process = \proc_open(
        [
            'valgrind', '--tool=callgrind', "--callgrind-out-file={$scratch}/out", '--compress-strings=no', '--compress-pos=no',
            '--toggle-collect=' . KINDS[$kind][0],
            $cgi, '-n', '-q', ...\array_merge(...\array_map(static fn (string $setting): array => ['-d', $setting], $settings)),
            '-T', $kind === 'first' || $kind === 'end' ? (string) $count : '1', "{$scratch}/script.php",
        ],
        [1 => $log, 2 => $log],
        $pipes,
    );
    if (\proc_close($process) !== 0 || \array_sum($counts = functions("{$scratch}/out")) === 0) {
        throw new \RuntimeException("{$kind}:{$workload}: nothing was counted:\n" . \file_get_contents("{$scratch}/valgrind.log"));
    }
    return $counts;
}

/** A function's name as one says it: what it belongs to, and `core` before what needs no PHP. */
function shown(string $function): string
{
    if (\preg_match('/^0x/', $function)) {
        return 'PHP (no names)';
    }
    $core = \str_starts_with($function, 'static_cache_core::') ? 'core ' : '';
    $name = \preg_replace(['/\'\d+$/', '/::h[0-9a-f]{16}$/', '/[\w:]*<impl ([\w:]+)>/'], ['', '', '\1'], $function);
    return $core . \implode('::', \array_slice(\explode('::', $name), -2));
}

$kinds = [];
foreach ($cases as $case) {
    [$kind, $workload] = \explode(':', $case) + ['', ''];
    if (!isset(KINDS[$kind])) {
        \fwrite(\STDERR, "bench/profile: no such case: {$case}; there are " . \implode(' ', CASES) . "\n");
        exit(2);
    }
    [$before, $after] = \array_map(static fn (int $count): array => run($cgi, $so, $scratch, $kind, $workload, $count), COUNTS);
    $shares = [];
    foreach ($after as $function => $count) {
        $name = shown($function);
        $shares[$name] = ($shares[$name] ?? 0) + ($count - ($before[$function] ?? 0)) / (COUNTS[1] - COUNTS[0]);
    }
    $total = \array_sum($shares);
    \arsort($shares);
    $parts = [];
    foreach ($shares as $name => $share) {
        $percent = 100 * $share / $total;
        if ($percent >= LEAST_PERCENT) {
            $parts[] = \sprintf('`%s` %.0f', $name, $percent);
        }
    }
    $kinds[$kind][] = \sprintf('| %s | %s | %s |', $workload, \number_format($total), \implode(', ', $parts));
}
foreach ($kinds as $kind => $lines) {
    echo "\n**", KINDS[$kind][1], "**\n\n| case | instructions | percent, by function |\n|---|---|---|\n", \implode("\n", $lines), "\n";
}
