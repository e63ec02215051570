<?php
declare(strict_types=1);

namespace StaticCache\Bench;

return new class implements Row {
    private const COUNT = 'instructions of the module per request that does not use it';
    private const WRITES = 'changes of shared memory by requests that do not use it';
    private const LIMIT = 150;
    /** Empty requests in one process: the difference is free of what start and end take. */
    private const REQUESTS = [100, 300];
    private const PLAIN = 50;

    public function title(): string
    {
        return 'a request that does not use the cache';
    }

    public function measure(Lab $lab): iterable
    {
        if (!$lab->hasModule()) {
            yield new Result('C2', self::COUNT, 'all', null, self::LIMIT, 'count', note: 'the module is not loaded');
            return;
        }
        yield $this->writes($lab);
        $cgi = $lab->cgi();
        if ($cgi === null) {
            yield new Result('C2', self::COUNT, 'all', null, self::LIMIT, 'count', note: 'this PHP has no php-cgi, which can repeat a request');
            return;
        }
        yield $lab->isSmoke() ? new Result('C2', self::COUNT, 'all', null, null, 'count') : $this->instructions($lab, $cgi);
    }

    /**
     * What is executed in the module's own code, per request: counted, so that it does not matter what else the
     * machine does. 50 ns are about 150 instructions.
     */
    private function instructions(Lab $lab, string $cgi): Result
    {
        $counts = [];
        foreach (self::REQUESTS as $requests) {
            $file = \tempnam(\sys_get_temp_dir(), 'bench');
            $nothing = ['file', '/dev/null', 'w'];
            $process = \proc_open(
                [
                    'valgrind', '--tool=callgrind', "--callgrind-out-file={$file}", '--compress-strings=no', '--compress-pos=no',
                    ...$lab->cgiCommand($cgi), '-T', (string) $requests, __DIR__ . '/C2.empty.php',
                ],
                [1 => $nothing, 2 => $nothing],
                $pipes,
            );
            $code = \proc_close($process);
            $counts[] = self::inModule($file);
            \unlink($file);
            if ($code !== 0 || \end($counts) === 0) {
                return new Result('C2', self::COUNT, 'all', null, self::LIMIT, 'count', note: 'valgrind cannot run this PHP');
            }
        }
        $per = ($counts[1] - $counts[0]) / (self::REQUESTS[1] - self::REQUESTS[0]);
        return new Result('C2', self::COUNT, 'all', $per, self::LIMIT, 'count');
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

    /** Needs requests that end: a web server with one process. */
    private function writes(Lab $lab): Result
    {
        $server = $lab->server(__DIR__ . '/C2.request.php');
        try {
            if ($server->json('/store') !== true) {
                throw new \RuntimeException('C2: nothing could be stored');
            }
            $before = $server->json('/state');
            for ($request = 0; $request < self::PLAIN; ++$request) {
                $server->get('/plain');
            }
            $after = $server->json('/state');
            $server->json('/store');
            $changed = $server->json('/state');
        } finally {
            $server->stop();
        }
        if ($before['bytes'] === 0 || $changed === $after) {
            throw new \RuntimeException('C2: a store cannot be seen in the shared memory');
        }
        return new Result('C2', self::WRITES, self::PLAIN . ' requests', $after === $before ? 0.0 : 1.0, 0, 'count');
    }
};
