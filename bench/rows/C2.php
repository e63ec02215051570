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

    /** 50 ns are about 150 instructions. */
    private function instructions(Lab $lab, string $cgi): Result
    {
        $per = Instructions::perRequest($lab, $cgi, __DIR__ . '/C2.empty.php', ...self::REQUESTS);
        $note = $per === null ? 'valgrind cannot run this PHP' : '';
        return new Result('C2', self::COUNT, 'all', $per, self::LIMIT, 'count', note: $note);
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
