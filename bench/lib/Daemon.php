<?php
declare(strict_types=1);

namespace StaticCache\Bench;

/** A server in a process group of its own: what it starts must end with it. */
final class Daemon
{
    /** @var ?resource */
    private $process;

    /**
     * @param list<string>          $command
     * @param string                $log         file for what it says
     * @param string                $groups      the folder for process groups (see bench/lib/scratch.sh)
     * @param array<string, string> $environment besides PATH
     */
    public function __construct(array $command, string $log, string $groups, array $environment = [])
    {
        $output = ['file', $log, 'a'];
        $this->process = \proc_open(
            ['setsid', ...$command],
            [['file', '/dev/null', 'r'], $output, $output],
            $pipes,
            null,
            ['PATH' => (string) \getenv('PATH')] + $environment,
        );
        \touch("{$groups}/" . \proc_get_status($this->process)['pid']);
    }

    public function isRunning(): bool
    {
        return $this->process !== null && \proc_get_status($this->process)['running'];
    }

    public function stop(): void
    {
        if ($this->process !== null) {
            $group = \proc_get_status($this->process)['pid'];
            \exec("kill -s KILL -- -{$group} 2>/dev/null");
            \proc_close($this->process);
            $this->process = null;
        }
    }
}
