<?php
declare(strict_types=1);

namespace StaticCache\Bench;

/** In a worker: contenders that are timed in turn. */
final class Race
{
    /** Calls before anything is timed: code is compiled, and memory that is used in turns has been touched. */
    private const WARM_UP = 40;

    /** @var array<string, \Closure(int, mixed, string): array{int, mixed}> */
    private array $loops = [];
    /** @var array<string, int> */
    private array $iterations = [];
    /** @var array<string, array{string, ?\Closure, ?\Closure}> */
    private array $checks = [];
    private int $round = 0;

    /** @param array<string, array> $contenders name => Contender's members */
    public function __construct(
        private readonly string $folder,
        private readonly string $name,
        array $contenders,
        private readonly mixed $value,
        private readonly string $file,
        int $roundNs,
        bool $warmUp,
    ) {
        foreach ($contenders as $label => $contender) {
            $this->closure("{$label}-setup", $contender['setup'] . ' return null;')($value, $file);
            $this->loops[$label] = $this->closure("{$label}-loop", $this->loop($contender), 'int $n, ');
            $expect = $contender['expect'] === '' ? null
                : $this->closure("{$label}-expect", "return {$contender['expect']};");
            $after = $contender['after'] === '' ? null
                : $this->closure("{$label}-after", "return {$contender['after']};");
            $this->checks[$label] = ["{$name}, {$label}", $expect, $after];
            $this->iterations[$label] = $this->calibrate($label, $roundNs, $contender['most']);
            for ($done = 0; $warmUp && $done < self::WARM_UP; $done += $this->iterations[$label]) {
                $this->run($label, $this->iterations[$label]);
            }
        }
    }

    /** @return array<string, int> calls per round */
    public function iterations(): array
    {
        return $this->iterations;
    }

    /** @return array<string, float> ns per iteration of each contender, started with another one each time */
    public function round(): array
    {
        $labels = \array_keys($this->loops);
        $first = $this->round++ % \count($labels);
        $labels = [...\array_slice($labels, $first), ...\array_slice($labels, 0, $first)];
        $times = [];
        foreach ($labels as $label) {
            $times[$label] = $this->run($label, $this->iterations[$label]) / $this->iterations[$label];
        }
        return $times;
    }

    /** Called when all rounds are over. */
    public function finish(): void
    {
        foreach ($this->checks as [$what, , $after]) {
            if ($after !== null && $after($this->value, $this->file) !== true) {
                throw new \RuntimeException("{$what}: not true after all rounds");
            }
        }
    }

    private function run(string $label, int $n): int
    {
        [$ns, $x] = ($this->loops[$label])($n, $this->value, $this->file);
        [$what, $expect] = $this->checks[$label];
        if ($expect !== null) {
            RoundTrip::check($what, $expect($this->value, $this->file), $x);
        }
        return $ns;
    }

    private function loop(array $contender): string
    {
        return <<<PHP
                \$x = null;
                {$contender['before']}
                \$start = \\hrtime(true);
                for (\$i = 0; \$i < \$n; ++\$i) {
                    {$contender['body']}
                }
                return [\\hrtime(true) - \$start, \$x];
            PHP;
    }

    /** Compiled from a file, so that OPcache and JIT treat it as they treat an application. */
    private function closure(string $label, string $source, string $first = ''): \Closure
    {
        $path = \sprintf('%s/%s-%s.php', $this->folder, \md5($this->name), \preg_replace('/\W+/', '-', $label));
        \file_put_contents($path, "<?php\nreturn static function ({$first}mixed \$value, string \$file) {\n{$source}\n};\n");
        return include $path;
    }

    /** How many calls fill a round. Each length is tried twice: the first call of all compiles, and any may be interrupted. */
    private function calibrate(string $label, int $roundNs, int $most): int
    {
        $most = $most === 0 ? 1 << 20 : $most;
        $n = 1;
        while (true) {
            $ns = \max(1, \min($this->run($label, $n), $this->run($label, $n)));
            if ($ns >= $roundNs / 2 || $n >= $most) {
                return \max(1, \min($most, (int) \round($n * $roundNs / $ns)));
            }
            $n = \min($most, $n * 4);
        }
    }
}
