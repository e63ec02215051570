<?php
declare(strict_types=1);

namespace StaticCache\Bench;

return new class implements Row {
    private const TIME = 'start of PHP with 1 GiB, minus without the cache';
    private const MEMORY = 'shared memory touched';
    private const SIZE = 1024;

    public function title(): string
    {
        return 'start-up of a partition of 1 GiB';
    }

    public function measure(Lab $lab): iterable
    {
        if (!$lab->hasModule()) {
            yield new Result('C1', self::TIME, 'volatile', null, 1_000, 'µs', note: 'the module is not loaded');
            return;
        }
        foreach (['volatile', 'pinned'] as $backend) {
            $sizes = static fn (int $size): array => [
                'opcache.static_cache.volatile_size_mb=' . ($backend === 'volatile' ? $size : 0),
                'opcache.static_cache.pinned_size_mb=' . ($backend === 'pinned' ? $size : 0),
            ];
            $best = ['with' => \INF, 'without' => \INF];
            for ($round = 0; $round < $lab->rounds(); ++$round) {
                foreach (['with' => self::SIZE, 'without' => 0] as $label => $size) {
                    $best[$label] = \min($best[$label], $this->time([...$lab->command($sizes($size)), '-r', '']));
                }
            }
            $detail = ['with the partition' => $best['with'], 'without' => $best['without']];
            $difference = ($best['with'] - $best['without']) / 1e3;
            yield new Result('C1', self::TIME, $backend, $difference, 1_000, 'µs', $detail);
            $touched = $this->touched($lab->command($sizes(self::SIZE)), $backend);
            yield new Result('C1', self::MEMORY, "{$backend}, at the start", (float) $touched[0], 262_144, 'bytes');
            yield new Result('C1', self::MEMORY, "{$backend}, after a store and a fetch", (float) $touched[1], 262_144, 'bytes');
        }
    }

    /** From the start of a process to its end, in ns. */
    private function time(array $command): float
    {
        $nothing = ['file', '/dev/null', 'w'];
        $began = \hrtime(true);
        $process = \proc_open($command, [$nothing, $nothing, $nothing], $pipes);
        $code = \proc_close($process);
        $took = \hrtime(true) - $began;
        if ($code !== 0) {
            throw new \RuntimeException('C1: PHP ended with exit code ' . $code);
        }
        return $took;
    }

    /** @return array{int, int} bytes of the partition that exist: at the start, and when something was stored and read */
    private function touched(array $command, string $backend): array
    {
        $source = <<<PHP
            // Both views of a page count, so this is the most that it can be.
            function touched(): int {
                preg_match_all('/memfd:static-cache-{$backend}.*?^Rss:\\s+(\\d+) kB/ms', file_get_contents('/proc/self/smaps'), \$found);
                return 1024 * max(0, ...array_map(intval(...), \$found[1]));
            }
            \$first = touched();
            if (!\\OPcache\\{$backend}_store('key', [1, 2]) || \\OPcache\\{$backend}_fetch('key') !== [1, 2]) { exit(1); }
            if (touched() === 0) { exit(2); }
            echo json_encode([\$first, touched()]);
            PHP;
        $process = \proc_open([...$command, '-r', $source], [1 => ['pipe', 'w']], $pipes);
        $answer = \json_decode((string) \stream_get_contents($pipes[1]), true);
        $code = \proc_close($process);
        if ($code !== 0 || !\is_array($answer)) {
            throw new \RuntimeException("C1: {$backend}: exit code {$code}: the value did not round-trip, or no mapping was found");
        }
        return $answer;
    }
};
