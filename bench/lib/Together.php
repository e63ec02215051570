<?php
declare(strict_types=1);

namespace StaticCache\Bench;

/**
 * Runs in a measured PHP: several processes at once, forked from it.
 *
 * Bodies are PHP source: statements, with $i the loop's counter and $n how often the loop runs.
 */
final class Together
{
    /** Calls whose times one after the other say what the slow ones take. */
    private const CALLS = 200_000;
    /** How long these calls may take at most, all together. */
    private const CALLS_NS = 500_000_000;

    /** Measured rounds per start of the other process. */
    private const PARTS = 6;
    /** How long the other process may take for its first call. */
    private const PATIENCE_NS = 10_000_000_000;
    /** How long rounds of two processes are repeated that reach less than is enough. */
    private const MORE_ROUNDS_NS = 3_000_000_000;
    /** Processes that are to start together get so much time to wake up. */
    private const HEAD_START_NS = 200_000;

    /** Where the loops are compiled from. */
    public static string $folder;
    /** The cores that this process may use, as it was started. */
    private static ?string $cores = null;

    /**
     * How much longer the same work takes when two processes do it at the same time: each runs its own body. Rounds
     * of one process and of two alternate; the fastest of each count, so that rounds in which the machine had other
     * things to do do not.
     *
     * @param array{string, string} $setups run once in each process
     * @param array{string, string} $bodies
     * @param array{string, string} $checks expressions that are true when all rounds are over; $done is how often the
     *                                      process has run its body
     * @param float $enough a ratio of the two that needs no more rounds; others are tried for a while, since a virtual machine's
     *                      processors may be threads of one core for a second and two cores in the next
     * @return array{one: float, two: float} calls per second, all processes taken together
     */
    public static function scaling(
        array $setups,
        array $bodies,
        array $checks,
        int $rounds,
        int $roundNs,
        float $enough = 0,
    ): array {
        $runners = [];
        foreach ($bodies as $index => $body) {
            $runners[] = self::fork(static function ($in, $out) use ($setups, $index, $body, $checks): void {
                eval($setups[$index]);
                $loop = self::loop($body);
                $done = 0;
                while (($n = (int) ($line = \fgets($in))) > 0) {
                    $start = (int) \explode(' ', $line)[1];
                    while (($began = \hrtime(true)) < $start);
                    $loop($n);
                    \fwrite($out, $began . ' ' . \hrtime(true) . "\n");
                    $done += $n;
                }
                \fwrite($out, (eval("return {$checks[$index]};") === true ? 'true' : 'false') . "\n");
            });
        }
        foreach ($runners as $index => $runner) {
            self::pin($runner['pid'], $index);
        }
        $run = static function (array $runners, int $n): float {
            $start = \hrtime(true) + self::HEAD_START_NS;
            foreach ($runners as $runner) {
                \fwrite($runner['to'], "{$n} {$start}\n");
            }
            $times = \array_map(static fn (array $runner): array => \explode(' ', self::line($runner)), $runners);
            $span = \max(\array_column($times, 1)) - \min(\array_column($times, 0));
            return \count($runners) * $n / $span * 1e9;
        };
        for ($n = 64; $n / $run([$runners[0]], $n) * 1e9 < $roundNs; $n *= 2);
        $best = ['one' => 0.0, 'two' => 0.0];
        $deadline = \hrtime(true) + self::MORE_ROUNDS_NS;
        for ($round = 0; $round < $rounds || $best['two'] < $enough * $best['one'] && \hrtime(true) < $deadline; ++$round) {
            $best['one'] = \max($best['one'], $run([$runners[$round % 2]], $n));
            $best['two'] = \max($best['two'], $run($runners, $n));
        }
        foreach ($runners as $runner) {
            \fwrite($runner['to'], "0\n");
            if (self::line($runner) !== 'true') {
                throw new \RuntimeException('not true afterwards: ' . \implode(', ', $checks));
            }
            \pcntl_waitpid($runner['pid'], $status);
        }
        return $best;
    }

    /**
     * Times of one process while another one is quiet, and while it runs its body on and on, in turn.
     *
     * @param string $setup    run once, by the measured process
     * @param string $body     what is measured
     * @param string $check    an expression that is true after each round; $x is the body's last result
     * @param string $storm    the other's body
     * @param string $progress an expression that counts how often the other has run its body. Rounds in which it made
     *                         less than half of its usual way do not count: the machine had other things to do
     * @return array{quiet: float, storm: float, p50: int, p99: int, p999: int, max: int, calls: int, pace: float} ns per
     *         call: of the fastest rounds; of single calls during the storm; and the other's calls per second
     */
    public static function storm(
        string $setup,
        string $body,
        string $check,
        string $storm,
        string $progress,
        int $rounds,
        int $roundNs,
    ): array {
        eval($setup);
        $other = self::fork(static function ($in, $out) use ($storm): void {
            $loop = self::loop($storm, 'if (($i & 15) === 0 && \fgets($in) !== false) { break; }', '$in');
            \stream_set_blocking($in, false);
            while (true) {
                $read = [$in];
                $none = null;
                \stream_select($read, $none, $none, null);
                if (\trim((string) \fgets($in)) === 'end') {
                    return;
                }
                \fwrite($out, "going\n");
                \fwrite($out, $loop(\PHP_INT_MAX, $in) . "\n");
            }
        });
        self::pin($other['pid'], 0);
        self::pin(\getmypid(), 1);
        $loop = self::loop($body);
        $is = self::compile("return static function (mixed \$x): bool { return {$check}; };");
        $count = self::compile("return static fn (): int => {$progress};");
        $measure = static function (int $n) use ($loop, $is, $check): float {
            $began = \hrtime(true);
            [, $x] = $loop($n);
            $took = \hrtime(true) - $began;
            if (!$is($x)) {
                throw new \RuntimeException("did not round-trip: {$check}");
            }
            return $took / $n;
        };
        for ($n = 64; $measure($n) * $n < $roundNs; $n *= 2);
        $calls = \intdiv((int) \min(self::CALLS, self::CALLS_NS / $measure($n)), $rounds) + 1;
        $single = self::compile('return static function (int $n): array { $times = []; for ($i = 0; $i < $n; ++$i) {'
            . "\$began = \\hrtime(true); {$body} \$times[] = \\hrtime(true) - \$began; } return \$times; };");
        $quiet = \INF;
        $stormy = $times = [];
        for ($round = 0; $round < $rounds; ++$round) {
            $quiet = \min($quiet, $measure($n));
            \fwrite($other['to'], "go\n");
            self::line($other);
            $deadline = \hrtime(true) + self::PATIENCE_NS;
            for ($before = $count(); $count() === $before;) {
                if (\hrtime(true) > $deadline) {
                    throw new \RuntimeException("the other process gets nothing done: {$storm}");
                }
            }
            for ($part = 0; $part < self::PARTS; ++$part) {
                [$before, $began] = [$count(), \hrtime(true)];
                $time = $measure($n);
                $stormy[] = ['time' => $time, 'pace' => ($count() - $before) / (\hrtime(true) - $began) * 1e9];
            }
            \array_push($times, ...$single($calls));
            \fwrite($other['to'], "stop\n");
            self::line($other);
        }
        \fwrite($other['to'], "end\n");
        \pcntl_waitpid($other['pid'], $status);
        \sort($times);
        $pace = \max(\array_column($stormy, 'pace'));
        $busy = \array_filter($stormy, static fn (array $one): bool => $one['pace'] >= $pace / 2);
        $at = static fn (float $share): int => $times[(int) (\count($times) * $share)];
        return [
            'quiet' => $quiet,
            'storm' => \min(\array_column($busy, 'time')),
            'p50' => $at(0.5),
            'p99' => $at(0.99),
            'p999' => $at(0.999),
            'max' => $times[\count($times) - 1],
            'calls' => \count($times),
            'pace' => $pace,
        ];
    }

    /** A loop around the body: returns how often it ran and what $x was last. */
    private static function loop(string $body, string $between = '', string $more = ''): \Closure
    {
        $parameters = $more === '' ? 'int $n' : "int \$n, {$more}";
        $result = $more === '' ? '[$i, $x]' : '$i';
        return self::compile("return static function ({$parameters}) { \$x = null;"
            . " for (\$i = 0; \$i < \$n; ++\$i) { {$body} {$between} } return {$result}; };");
    }

    /** Compiled from a file, so that OPcache and JIT treat it as they treat an application. */
    private static function compile(string $source): \Closure
    {
        $path = self::$folder . '/together-' . \md5($source) . '.php';
        \file_put_contents("{$path}." . \getmypid(), "<?php\n{$source}\n");
        \rename("{$path}." . \getmypid(), $path);
        return include $path;
    }

    /** @return array{pid: int, to: resource, from: resource} */
    private static function fork(\Closure $work): array
    {
        $pairs = [];
        foreach (['down', 'up'] as $name) {
            $pairs[$name] = \stream_socket_pair(\STREAM_PF_UNIX, \STREAM_SOCK_STREAM, 0);
        }
        $pid = \pcntl_fork();
        if ($pid === 0) {
            \fclose($pairs['down'][0]);
            \fclose($pairs['up'][0]);
            try {
                $work($pairs['down'][1], $pairs['up'][1]);
                exit(0);
            } catch (\Throwable $error) {
                \fwrite(\STDERR, "{$error->getMessage()}\n");
                exit(1);
            }
        }
        \fclose($pairs['down'][1]);
        \fclose($pairs['up'][1]);
        return ['pid' => $pid, 'to' => $pairs['down'][0], 'from' => $pairs['up'][0]];
    }

    /** Gives a process a core of its own: left alone, those that talk to each other are put on the same one. */
    private static function pin(int $pid, int $index): void
    {
        \preg_match('/^Cpus_allowed_list:\s*(.+)$/m', (string) \file_get_contents('/proc/self/status'), $match);
        $cores = [];
        foreach (\explode(',', self::$cores ??= $match[1]) as $range) {
            $ends = \explode('-', $range);
            \array_push($cores, ...\range((int) $ends[0], (int) ($ends[1] ?? $ends[0])));
        }
        if (\count($cores) < 2) {
            throw new \RuntimeException('figures of two processes need two cores');
        }
        \exec(\sprintf('taskset -pc %d %d', $cores[$index], $pid), $output, $status);
        if ($status !== 0) {
            throw new \RuntimeException('taskset (package util-linux) failed');
        }
    }

    private static function line(array $other): string
    {
        $line = \fgets($other['from']);
        if ($line === false) {
            throw new \RuntimeException('a process ended before its time');
        }
        return \trim($line);
    }
}
