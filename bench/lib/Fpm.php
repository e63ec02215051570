<?php
declare(strict_types=1);

namespace StaticCache\Bench;

/** php-fpm with static pools, each listening on a Unix socket. All of it lies in a folder of its own. */
final class Fpm
{
    private const START_SECONDS = 20;

    private readonly Daemon $daemon;

    /**
     * @param string                      $php     the CLI; its php-fpm is looked for beside it
     * @param list<string>                $options arguments for php-fpm: settings for PHP
     * @param array<string, list<string>> $pools   name => lines of configuration
     * @param int                         $workers of each pool
     * @param string                      $folder  exists; for configuration, log and sockets
     * @param string                      $groups  the folder for process groups (see bench/lib/scratch.sh)
     */
    public function __construct(
        string $php,
        array $options,
        array $pools,
        int $workers,
        private readonly string $folder,
        string $groups,
    ) {
        $binary = self::binary($php);
        if ($binary === null) {
            throw new \RuntimeException("found no php-fpm for {$php}");
        }
        $text = "[global]\nerror_log = {$folder}/fpm.log\npid = {$folder}/fpm.pid\ndaemonize = no\n";
        foreach ($pools as $pool => $lines) {
            $text .= "[{$pool}]\n" . (self::isRoot() ? "user = www-data\n" : '')
                . "listen = {$this->socket($pool)}\nlisten.mode = 0666\npm = static\npm.max_children = {$workers}\n"
                . "catch_workers_output = yes\n" . \implode("\n", $lines) . "\n";
        }
        \file_put_contents("{$folder}/fpm.conf", $text);
        $command = [$binary, '-n', '-y', "{$folder}/fpm.conf", ...$options];
        $this->daemon = new Daemon($command, "{$folder}/server.log", $groups);
        foreach (\array_keys($pools) as $pool) {
            $this->waitFor($pool);
        }
    }

    /** The php-fpm of a PHP, named as its CLI is; null when it has none. */
    public static function binary(string $php): ?string
    {
        $version = \preg_match('/php(\d\.\d+)$/', (string) \realpath($php), $found) ? $found[1] : '';
        foreach ([\dirname($php, 2) . '/sbin', ...($version === '' ? [] : ['/usr/sbin'])] as $folder) {
            if (\is_executable("{$folder}/php-fpm{$version}")) {
                return "{$folder}/php-fpm{$version}";
            }
        }
        return null;
    }

    /** Whether servers run their workers as another user, who may read only what is everybody's. */
    public static function isRoot(): bool
    {
        return \function_exists('posix_geteuid') ? \posix_geteuid() === 0 : \is_writable('/root');
    }

    public function socket(string $pool): string
    {
        return "{$this->folder}/{$pool}.sock";
    }

    /** The body of the answer to a request for a script. */
    public function get(string $pool, string $script, string $query): string
    {
        require_once __DIR__ . '/../../phpt/helpers/fastcgi.inc';
        $connection = @\stream_socket_client("unix://{$this->socket($pool)}", $code, $error, 10);
        if ($connection === false) {
            throw new \RuntimeException("php-fpm, pool {$pool}: {$error}");
        }
        \stream_set_timeout($connection, 30);
        \fastcgi_send($connection, \fastcgi_variables($script, $query));
        $body = \fastcgi_body($connection);
        \fclose($connection);
        return $body;
    }

    /** @return list<int> the workers' process ids */
    public function pids(): array
    {
        return self::children((int) \file_get_contents("{$this->folder}/fpm.pid"));
    }

    /** @return list<int> */
    public static function children(int $pid): array
    {
        $text = \trim((string) \file_get_contents("/proc/{$pid}/task/{$pid}/children"));
        return $text === '' ? [] : \array_map(intval(...), \explode(' ', $text));
    }

    /** Time that the workers have spent on a processor so far, in ns. */
    public function cpuNs(): int
    {
        $sum = 0;
        foreach ($this->pids() as $pid) {
            foreach (\glob("/proc/{$pid}/task/*/schedstat") as $file) {
                $sum += (int) \file_get_contents($file);
            }
        }
        return $sum;
    }

    public function stop(): void
    {
        $this->daemon->stop();
    }

    /** What it has to say. */
    public function logs(): string
    {
        return (string) @\file_get_contents("{$this->folder}/server.log") . (string) @\file_get_contents("{$this->folder}/fpm.log");
    }

    /** Until it accepts connections, and all workers are there. */
    private function waitFor(string $pool): void
    {
        for ($end = \hrtime(true) + self::START_SECONDS * 1_000_000_000; \hrtime(true) < $end; \usleep(2000)) {
            if (!$this->daemon->isRunning()) {
                break;
            }
            $connection = @\stream_socket_client("unix://{$this->socket($pool)}", $code, $error, 1);
            if ($connection !== false) {
                \fclose($connection);
                return;
            }
        }
        throw new \RuntimeException("php-fpm did not start:\n" . $this->logs());
    }
}
