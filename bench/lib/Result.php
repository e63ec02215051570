<?php
declare(strict_types=1);

namespace StaticCache\Bench;

/** One figure and what it is to be. */
final readonly class Result
{
    /**
     * @param string                $row    as in the list of targets: R1
     * @param string                $check  what is compared: "fetch / apcu_fetch"
     * @param string                $case   the workload, or a name for all of them
     * @param ?float                $value  the figure that the target is for; null when it cannot be had
     * @param ?float                $limit  the target, null when there is none for this case
     * @param string                $unit   of $value and $limit: 'ratio', 'bytes', 'ns', 'µs' or 'count'
     * @param array<string, ?float> $detail what the value was made of, for the tables
     * @param string                $note   why there is no figure or no target
     * @param bool                  $least  the limit is the least that $value is to be, not the most
     * @param bool                  $named  the names in $detail say their units themselves
     */
    public function __construct(
        public string $row,
        public string $check,
        public string $case,
        public ?float $value,
        public ?float $limit,
        public string $unit = 'ratio',
        public array $detail = [],
        public string $note = '',
        public bool $least = false,
        public bool $named = false,
    ) {
    }

    /** How far beyond the limit, on its wrong side. */
    public function excess(): float
    {
        $excess = ($this->value ?? 0.0) - ($this->limit ?? 0.0);
        return $this->least ? -$excess : $excess;
    }

    public function verdict(): string
    {
        return match (true) {
            $this->value === null => 'n/a',
            $this->limit === null => 'no target',
            $this->excess() <= 0.0 => 'pass',
            default => 'MISSING',
        };
    }
}
