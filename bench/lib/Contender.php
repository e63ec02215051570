<?php
declare(strict_types=1);

namespace StaticCache\Bench;

/**
 * One way to do a thing, as PHP source. All contenders of a race get the same loop around their body.
 *
 * In the source, $value is the workload, $file a file that returns it as a constant, $i the loop's counter.
 */
final readonly class Contender
{
    /**
     * @param string $needs  'module', 'apcu' or '': the race goes on without it where that is not loaded
     * @param string $body   the measured statement; its result goes to $x
     * @param string $setup  run once
     * @param string $before run before each round, not measured
     * @param string $expect what $x must be after the loop; '' for no check
     * @param int    $most   iterations per round at most; 0 for no limit
     * @param string $after  what must be true when all rounds are over, as an expression; '' for no check
     */
    public function __construct(
        public string $needs,
        public string $body,
        public string $setup = '',
        public string $before = '',
        public string $expect = '$value',
        public int $most = 0,
        public string $after = '',
    ) {
    }
}
