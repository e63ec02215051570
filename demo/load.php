<?php
declare(strict_types=1);

namespace StaticCache\Demo;

/** Sends many requests, a few at a time. */
final class Load
{
    private const AT_A_TIME = 4;

    /** @return float requests per second */
    public static function run(string $address, string $path, int $requests): float
    {
        return match (self::tool()) {
            'h2load' => self::h2load($address, $path, $requests),
            'ab' => self::ab($address, $path, $requests),
            default => self::ourselves($address, $path, $requests),
        };
    }

    /** How the requests are made: what takes the least of the machine for itself, of what is there. */
    public static function tool(): string
    {
        static $tool = null;
        if ($tool === null) {
            $tool = 'a client in PHP';
            foreach (['h2load', 'ab'] as $name) {
                if (\trim((string) \shell_exec("command -v {$name}")) !== '') {
                    $tool = $name;
                    break;
                }
            }
        }
        return $tool;
    }

    /** Over a few connections that stay open. */
    private static function h2load(string $address, string $path, int $requests): float
    {
        $connections = (string) \min(self::AT_A_TIME, $requests);
        return self::rate(
            ['h2load', '--h1', '-n', (string) $requests, '-c', $connections, "http://{$address}{$path}"],
            $path,
            ["/^status codes: {$requests} 2xx,/m", '/ 0 failed, 0 errored, 0 timeout$/m'],
            '~^finished in .*, ([\d.]+) req/s~m',
        );
    }

    /** Over a connection each. */
    private static function ab(string $address, string $path, int $requests): float
    {
        return self::rate(
            ['ab', '-q', '-n', (string) $requests, '-c', (string) \min(self::AT_A_TIME, $requests), "http://{$address}{$path}"],
            $path,
            ["/^Complete requests:\\s+{$requests}$/m", '/^(?!.*^(?:Failed requests:\s+[1-9]|Non-2xx responses:))/ms'],
            '/^Requests per second:\s+([\d.]+)/m',
        );
    }

    /**
     * @param list<string> $command
     * @param list<string> $all     what its output says if every request went well
     * @param string       $rate    where it says how many per second
     */
    private static function rate(array $command, string $path, array $all, string $rate): float
    {
        \exec(\implode(' ', \array_map(\escapeshellarg(...), $command)) . ' 2>&1', $lines, $code);
        $text = \implode("\n", $lines);
        $well = $code === 0;
        foreach ($all as $pattern) {
            $well = $well && \preg_match($pattern, $text);
        }
        if (!$well || !\preg_match($rate, $text, $found)) {
            throw new \RuntimeException("requests for {$path} failed:\n{$text}");
        }
        return (float) $found[1];
    }

    private static function ourselves(string $address, string $path, int $requests): float
    {
        $request = "GET {$path} HTTP/1.0\r\nHost: {$address}\r\n\r\n";
        $left = $requests;
        $open = $answers = [];
        $start = \hrtime(true);
        while ($left > 0 || $open !== []) {
            while ($left > 0 && \count($open) < self::AT_A_TIME) {
                $socket = \stream_socket_client("tcp://{$address}", $code, $error, 10);
                if ($socket === false) {
                    throw new \RuntimeException("requests for {$path} failed: {$error}");
                }
                \fwrite($socket, $request);
                \stream_set_blocking($socket, false);
                $open[(int) $socket] = $socket;
                $answers[(int) $socket] = '';
                --$left;
            }
            $ready = $open;
            $none = null;
            \stream_select($ready, $none, $none, 10);
            foreach ($ready as $id => $socket) {
                $answers[$id] .= (string) \fread($socket, 65_536);
                if (\feof($socket)) {
                    if (!\preg_match('~^HTTP/1\.[01] 200 ~', $answers[$id])) {
                        throw new \RuntimeException("requests for {$path} failed:\n{$answers[$id]}");
                    }
                    \fclose($socket);
                    unset($open[$id], $answers[$id]);
                }
            }
        }
        return $requests / ((\hrtime(true) - $start) / 1e9);
    }
}
