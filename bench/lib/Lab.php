<?php
declare(strict_types=1);

namespace StaticCache\Bench;

use StaticCache\Demo\Stack;

/**
 * One PHP with one JIT setting: the processes that are measured, and the racing.
 *
 * APCu has one serializer per process, so there are two processes where there is APCu. Rounds alternate between
 * them, and within a process between contenders; the figure of a contender is its fastest round in any process.
 */
final class Lab
{
    /** @var array<string, Worker> by APCu serializer; '' when there is no APCu */
    public readonly array $workers;
    /** @var list<array> everything that was measured */
    public array $races = [];

    /** @param array<string, string> $subject 'php' and 'so', paths */
    public function __construct(
        public readonly array $subject,
        public readonly string $jit,
        private readonly Options $options,
    ) {
        $workers = [];
        foreach (self::serializers($subject['php']) as $serializer) {
            $command = [...self::php($subject), ...self::settings($jit), ...self::apcu($serializer)];
            $workers[$serializer] = new Worker("{$subject['php']}, JIT {$jit}, {$serializer}", $command, $options->scratch);
        }
        $this->workers = $workers;
        $facts = $this->facts();
        if (!$facts['opcache'] || $facts['jit'] !== ($jit !== 'off')) {
            throw new \RuntimeException("OPcache or its JIT is not as asked for in {$subject['php']} (JIT {$jit})");
        }
    }

    /** What the first process says of itself. */
    public function facts(): array
    {
        return $this->workers[\array_key_first($this->workers)]->facts;
    }

    public function hasModule(): bool
    {
        return $this->facts()['static_cache'] !== false;
    }

    public function hasApcu(): bool
    {
        return $this->facts()['apcu'] !== false;
    }

    /** @return list<string> names of the workloads to measure, out of these */
    public function cases(array $names): array
    {
        return $this->options->cases === [] ? $names : \array_values(\array_intersect($names, $this->options->cases));
    }

    /**
     * @param array<string, Contender> $contenders
     * @return array<string, array{min: float, median: float}> ns per iteration; APCu's contenders once for each
     *         serializer ("name/igbinary"), the others under their names
     */
    public function race(string $name, ?string $workload, array $contenders): array
    {
        $samples = [];
        $iterations = [];
        foreach ($this->workers as $serializer => $worker) {
            $iterations[$serializer] = $worker->ask([
                'do' => 'race',
                'name' => $name,
                'workload' => $workload,
                'round_ns' => $this->options->roundNs,
                'warm_up' => !$this->options->smoke,
                'contenders' => \array_map(\get_object_vars(...), $this->able($contenders)),
            ]);
        }
        for ($round = 0; $round < $this->options->rounds; ++$round) {
            foreach ($this->workers as $serializer => $worker) {
                foreach ($worker->ask(['do' => 'round']) as $label => $ns) {
                    $label .= $contenders[$label]->needs === 'apcu' ? "/{$serializer}" : '';
                    $samples[$label][] = $ns;
                }
            }
        }
        foreach ($this->workers as $worker) {
            $worker->ask(['do' => 'finish']);
        }
        $times = [];
        foreach ($samples as $label => $list) {
            \sort($list);
            $times[$label] = ['min' => $list[0], 'median' => $list[\intdiv(\count($list), 2)]];
        }
        $this->races[] = ['race' => $name, 'workload' => $workload, 'ns' => $times, 'calls_per_round' => $iterations];
        return $times;
    }

    /** Runs the body of a PHP function in the process with this serializer and returns its result. */
    public function evaluate(string $serializer, string $source): mixed
    {
        return $this->workers[$serializer]->ask(['do' => 'eval', 'source' => $source]);
    }

    /**
     * Several processes at once: a method of Together, by name. APCu's serializer plays no part in what is measured so.
     *
     * @return array<string, int|float>
     */
    public function together(string $method, array $arguments): array
    {
        $serializer = \array_key_first($this->workers);
        $result = $this->evaluate($serializer, \sprintf(
            'return \StaticCache\Bench\Together::%s(...%s);',
            $method,
            \var_export($arguments, true),
        ));
        $this->races[] = ['together' => $method, 'arguments' => $arguments, 'result' => $result];
        return $result;
    }

    /** How often processes that run at the same time are measured. */
    public function rounds(): int
    {
        return \max(1, \intdiv($this->options->rounds, 2));
    }

    /** How long a round with several processes is to take: they start together, and are rarely interrupted. */
    public function roundNs(): int
    {
        return 2 * $this->options->roundNs;
    }

    /** PHP with this lab's settings and others that come after them. */
    public function command(array $settings = []): array
    {
        $more = \array_map(static fn (string $setting): array => ['-d', $setting], $settings);
        return [...self::php($this->subject), ...self::settings($this->jit), ...\array_merge(...$more)];
    }

    /** php-cgi beside this PHP, which can run a script many times over. */
    public function cgi(): ?string
    {
        $path = \dirname($this->subject['php']) . '/' . \str_replace('php', 'php-cgi', \basename($this->subject['php']));
        return \is_executable($path) ? $path : null;
    }

    /** @return list<string> php-cgi with the cache in working order */
    public function cgiCommand(string $cgi): array
    {
        $settings = ['zend_extension=opcache', "extension={$this->subject['so']}", 'opcache.static_cache.allow_unsafe_runtime=1'];
        return [$cgi, '-n', '-q', ...self::settings($this->jit), ...\array_merge(
            ...\array_map(static fn (string $setting): array => ['-d', $setting], $settings),
        )];
    }

    /** Whether nothing is to be measured. */
    public function isSmoke(): bool
    {
        return $this->options->smoke;
    }

    /** Whether the time is there to measure what needs many rounds. */
    public function isFull(): bool
    {
        return $this->options->full;
    }

    /** A web server of this PHP with one process, for what needs requests that end. */
    public function server(string $router): Server
    {
        return new Server([...self::php($this->subject), ...self::settings($this->jit)], $router, $this->options->scratch);
    }

    public function fpmBinary(): ?string
    {
        return Fpm::binary($this->subject['php']);
    }

    /** php-fpm of this PHP with one worker, as the command line's process with this serializer is set up. */
    public function fpm(string $serializer, string $folder): Fpm
    {
        $options = $this->serverOptions($serializer);
        return new Fpm($this->subject['php'], $options, ['bench' => []], 1, $folder, "{$this->options->scratch}/groups");
    }

    /**
     * The demonstration's application; APCu with the serializer that is the faster one for arrays.
     *
     * @param array<string, int> $pools     see Stack
     * @param int                $resources see Stack
     */
    public function application(array $pools, int $resources): Stack
    {
        $options = [...$this->serverOptions(\array_key_last($this->workers)), '-d', 'display_errors=0', '-d', 'log_errors=1'];
        return new Stack($this->subject['php'], $options, $this->folder('application'), "{$this->options->scratch}/groups", $pools, $resources);
    }

    /** @return list<string> what the command line's process gets, but for the program and `-n` */
    private function serverOptions(string $serializer): array
    {
        return [...\array_slice(self::php($this->subject), 2), ...self::settings($this->jit), ...self::apcu($serializer)];
    }

    /** A new folder that servers' workers can look files up in, if they are readable for all. */
    public function folder(string $name): string
    {
        static $count = 0;
        $folder = "{$this->options->scratch}/{$name}-" . ++$count;
        \mkdir($folder);
        // Not to be listed: workers may be another user's.
        \chmod($this->options->scratch, 0711);
        \chmod($folder, 0711);
        return $folder;
    }

    /** How many requests to a server are to be made for each figure. */
    public function requests(): int
    {
        return $this->options->requests;
    }

    /** Keeps what was measured without race() or together(). */
    public function record(array $raw): void
    {
        $this->races[] = $raw;
    }

    /** @return list<string> PHP with the extensions that can be had, and no ini file */
    private static function php(array $subject): array
    {
        $command = [$subject['php'], '-n', '-d', 'zend_extension=opcache'];
        foreach (self::extensions($subject['php']) as $extension) {
            $command = [...$command, '-d', "extension={$extension}"];
        }
        return $subject['so'] === '' ? $command : [...$command, '-d', "extension={$subject['so']}"];
    }

    public function close(): void
    {
        foreach ($this->workers as $worker) {
            $worker->close();
        }
    }

    private function able(array $contenders): array
    {
        $has = ['module' => $this->hasModule(), 'apcu' => $this->hasApcu(), '' => true];
        return \array_filter($contenders, static fn (Contender $contender): bool => $has[$contender->needs]);
    }

    /** @return list<string> the peers' extensions that this PHP has */
    private static function extensions(string $php): array
    {
        static $known = [];
        if (isset($known[$php])) {
            return $known[$php];
        }
        $folder = \rtrim((string) \shell_exec(\escapeshellarg($php) . ' -n -r "echo ini_get(\'extension_dir\');"'));
        return $known[$php] = \array_values(\array_filter(
            ['igbinary', 'apcu'],
            static fn (string $name): bool => \file_exists("{$folder}/{$name}.so"),
        ));
    }

    /** @return list<string> */
    private static function serializers(string $php): array
    {
        $extensions = self::extensions($php);
        return match (true) {
            !\in_array('apcu', $extensions, true) => [''],
            !\in_array('igbinary', $extensions, true) => ['php'],
            default => ['php', 'igbinary'],
        };
    }

    /** @return list<string> */
    private static function apcu(string $serializer): array
    {
        return $serializer === '' ? [] : ['-d', "apc.serializer={$serializer}"];
    }

    /** @return list<string> */
    private static function settings(string $jit): array
    {
        $settings = [
            'memory_limit=1G',
            'opcache.enable_cli=1',
            'opcache.validate_timestamps=0',
            // The files are new: OPcache would leave them out for two seconds.
            'opcache.file_update_protection=0',
            'opcache.memory_consumption=128',
            $jit === 'off' ? 'opcache.jit=disable' : "opcache.jit={$jit}",
            $jit === 'off' ? 'opcache.jit_buffer_size=0' : 'opcache.jit_buffer_size=64M',
            // Many loops in one process: each is to be compiled, as it would be in a process with few.
            'opcache.jit_max_root_traces=8192',
            'opcache.jit_max_exit_counters=65536',
            'apc.enable_cli=1',
            'apc.shm_size=256M',
            'opcache.static_cache.volatile_size_mb=256',
            'opcache.static_cache.pinned_size_mb=256',
        ];
        return \array_merge(...\array_map(static fn (string $setting): array => ['-d', $setting], $settings));
    }
}
