<?php
declare(strict_types=1);

namespace StaticCache\Bench;

/** What bench/run was asked for. */
final class Options
{
    public string $scratch = '';
    public string $command = '';
    /** @var list<array{php: string, so: string}> */
    public array $subjects = [];
    /** @var list<string> empty for all */
    public array $rows = [];
    /** @var list<string> empty for all */
    public array $cases = [];
    /** @var list<string> */
    public array $jits = ['off', 'tracing'];
    public bool $smoke = false;
    public bool $full = true;
    public bool $writeDocs = false;
    public int $rounds = 24;
    /** The program that measures the core by itself. */
    public string $core = '';
    public int $roundNs = 1_000_000;
    /** How often a server is asked for each figure. */
    public int $requests = 150;

    /** @param list<string> $arguments */
    public static function parse(array $arguments): self
    {
        $options = new self();
        while ($arguments !== []) {
            $name = \array_shift($arguments);
            switch ($name) {
                case '--scratch':
                    $options->scratch = \array_shift($arguments);
                    break;
                case '--command':
                    $options->command = \trim(\array_shift($arguments));
                    break;
                case '--subject':
                    [$php, $so] = \explode('=', \array_shift($arguments), 2);
                    $options->subjects[] = ['php' => $php, 'so' => $so];
                    break;
                case '--rows':
                    $options->rows = \explode(',', \array_shift($arguments));
                    break;
                case '--cases':
                    $options->cases = \explode(',', \array_shift($arguments));
                    break;
                case '--write-docs':
                    $options->writeDocs = true;
                    break;
                case '--smoke':
                    $options->smoke = true;
                    $options->full = false;
                    $options->rounds = 1;
                    $options->roundNs = 1;
                    $options->requests = 2;
                    $options->jits = ['off'];
                    break;
                case '--quick':
                    $options->full = false;
                    $options->rounds = 10;
                    $options->requests = 30;
                    $options->jits = ['tracing'];
                    break;
                case '--core':
                    $options->core = \array_shift($arguments);
                    break;
                default:
                    throw new \InvalidArgumentException("unknown option {$name}");
            }
        }
        return $options;
    }
}
