<?php
declare(strict_types=1);

namespace StaticCache\Demo;

/** Sends many requests, a few at a time, each on a connection of its own. */
final class Load
{
    private const AT_A_TIME = 4;

    /** @return float requests per second */
    public static function run(string $address, string $path, int $requests): float
    {
        $ab = \trim((string) \shell_exec('command -v ab'));
        return $ab === '' ? self::ourselves($address, $path, $requests) : self::ab($ab, $address, $path, $requests);
    }

    /** How the requests are made. */
    public static function tool(): string
    {
        return \trim((string) \shell_exec('command -v ab')) === '' ? 'a client in PHP' : 'ab';
    }

    private static function ab(string $ab, string $address, string $path, int $requests): float
    {
        $command = [$ab, '-q', '-n', (string) $requests, '-c', (string) self::AT_A_TIME, "http://{$address}{$path}"];
        \exec(\implode(' ', \array_map(\escapeshellarg(...), $command)) . ' 2>&1', $lines, $code);
        $text = \implode("\n", $lines);
        $complete = (bool) \preg_match('/^Complete requests:\s+' . $requests . '$/m', $text);
        $failed = (bool) \preg_match('/^(Failed requests:\s+[1-9]|Non-2xx responses:)/m', $text);
        if ($code !== 0 || !$complete || $failed || !\preg_match('/^Requests per second:\s+([\d.]+)/m', $text, $found)) {
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
