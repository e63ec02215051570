<?php
declare(strict_types=1);

namespace StaticCache\Bench;

/**
 * What is executed in the module's own code, per request: counted, so that it does not matter what else the machine does.
 * 50 ns are about 150 instructions.
 */
final class Instructions
{
    /** Of two numbers of requests in one process, so that the difference is free of what start and end take; null: cannot be counted. */
    public static function perRequest(Lab $lab, string $cgi, string $script, int $few, int $many): ?float
    {
        // Side by side: what is counted takes no time.
        $runs = [];
        foreach ([$few, $many] as $requests) {
            $file = \tempnam(\sys_get_temp_dir(), 'bench');
            $nothing = ['file', '/dev/null', 'w'];
            $process = \proc_open(
                [
                    'valgrind', '--tool=callgrind', "--callgrind-out-file={$file}", '--compress-strings=no', '--compress-pos=no',
                    ...$lab->cgiCommand($cgi), '-T', (string) $requests, $script,
                ],
                [1 => $nothing, 2 => $nothing],
                $pipes,
            );
            $runs[] = [$process, $file];
        }
        $counts = [];
        foreach ($runs as [$process, $file]) {
            $code = \proc_close($process);
            $counts[] = $code === 0 ? self::inModule($file) : 0;
            \unlink($file);
        }
        if (\in_array(0, $counts, true)) {
            return null;
        }
        return ($counts[1] - $counts[0]) / ($many - $few);
    }

    /** Sums up a callgrind file's lines of cost that belong to the module itself. */
    private static function inModule(string $file): int
    {
        $sum = 0;
        $inside = $called = false;
        foreach (new \SplFileObject($file) as $line) {
            if (\str_starts_with($line, 'ob=')) {
                $inside = \str_contains($line, 'static_cache');
            } elseif (\str_starts_with($line, 'calls=')) {
                // The line that follows says what the called function took, which counts where that is.
                $called = true;
            } elseif (\preg_match('/^[\d+*-]\S* (\d+)/', $line, $match)) {
                $sum += $inside && !$called ? (int) $match[1] : 0;
                $called = false;
            }
        }
        return $sum;
    }
}
