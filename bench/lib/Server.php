<?php
declare(strict_types=1);

namespace StaticCache\Bench;

/** PHP's built-in web server on a free port of the loopback interface. */
final class Server
{
    use Http;

    private const START_SECONDS = 10;
    private const ATTEMPTS = 3;

    public readonly string $address;
    private Daemon $daemon;

    /**
     * @param list<string> $command PHP with its options
     * @param string       $scratch a folder (see bench/lib/scratch.sh): for the log and the process group
     * @param int          $workers processes that serve; 0 for the server's only one
     */
    public function __construct(array $command, string $router, string $scratch, int $workers = 0)
    {
        $log = "{$scratch}/server.log";
        for ($attempt = 1; $attempt <= self::ATTEMPTS; ++$attempt) {
            $address = self::freeAddress();
            $this->daemon = new Daemon(
                [...$command, '-S', $address, '-t', \dirname($router), $router],
                $log,
                "{$scratch}/groups",
                $workers > 0 ? ['PHP_CLI_SERVER_WORKERS' => (string) $workers] : [],
            );
            if ($this->isReady($address)) {
                $this->address = $address;
                return;
            }
        }
        throw new \RuntimeException("the web server did not start:\n" . \file_get_contents($log));
    }

    public function stop(): void
    {
        $this->daemon->stop();
    }

    private static function freeAddress(): string
    {
        $socket = \stream_socket_server('tcp://127.0.0.1:0');
        $address = \stream_socket_get_name($socket, false);
        \fclose($socket);
        return $address;
    }

    /** True once it accepts connections, false when it ended: another program may have been given the port meanwhile. */
    private function isReady(string $address): bool
    {
        $deadline = \microtime(true) + self::START_SECONDS;
        while ($this->daemon->isRunning()) {
            $socket = @\stream_socket_client("tcp://{$address}", $code, $error, 1);
            if ($socket !== false) {
                \fclose($socket);
                return true;
            }
            if (\microtime(true) > $deadline) {
                break;
            }
            \usleep(2_000);
        }
        return false;
    }
}
