<?php
declare(strict_types=1);

namespace StaticCache\Bench;

/** In the driver: a PHP process that is measured (bench/worker.php). */
final class Worker
{
    /** @var resource */
    private $process;
    /** @var array<int, resource> */
    private array $pipes = [];
    public readonly array $facts;

    /** @param list<string> $command PHP with its options */
    public function __construct(public readonly string $name, array $command, string $scratch)
    {
        $this->process = \proc_open(
            [...$command, __DIR__ . '/../worker.php', $scratch],
            [['pipe', 'r'], ['pipe', 'w'], \STDERR],
            $this->pipes,
        );
        $this->facts = $this->ask(['do' => 'facts']);
    }

    public function ask(array $order): mixed
    {
        \fwrite($this->pipes[0], \json_encode($order, \JSON_THROW_ON_ERROR) . "\n");
        $line = \fgets($this->pipes[1]);
        if ($line === false) {
            $status = \proc_get_status($this->process);
            throw new \RuntimeException(\sprintf(
                'the worker "%s" ended (exit code %d, signal %d) during %s',
                $this->name,
                $status['exitcode'],
                $status['termsig'],
                \json_encode($order),
            ));
        }
        $reply = \json_decode($line, true);
        if (!\is_array($reply)) {
            throw new \RuntimeException("the worker \"{$this->name}\" said: {$line}");
        }
        if (isset($reply['error'])) {
            throw new \RuntimeException($reply['error']);
        }
        return $reply['answer'];
    }

    public function close(): void
    {
        \fclose($this->pipes[0]);
        $code = \proc_close($this->process);
        if ($code !== 0) {
            throw new \RuntimeException("the worker \"{$this->name}\" ended with exit code {$code}");
        }
    }
}
