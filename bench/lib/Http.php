<?php
declare(strict_types=1);

namespace StaticCache\Bench;

/** Requests to the server at `$this->address`, one connection each. */
trait Http
{
    /** @return array{status: int, headers: array<string, string>, body: string} */
    public function get(string $path): array
    {
        $socket = @\stream_socket_client("tcp://{$this->address}", $code, $error, 10);
        if ($socket === false) {
            throw new \RuntimeException("GET {$path}: {$error}");
        }
        \stream_set_timeout($socket, 30);
        \fwrite($socket, "GET {$path} HTTP/1.0\r\nHost: {$this->address}\r\n\r\n");
        [$head, $body] = \explode("\r\n\r\n", (string) \stream_get_contents($socket), 2) + ['', ''];
        \fclose($socket);
        $lines = \explode("\r\n", $head);
        $headers = [];
        foreach (\array_slice($lines, 1) as $line) {
            [$name, $text] = \explode(':', $line, 2);
            $headers[\strtolower($name)] = \trim($text);
        }
        return ['status' => (int) (\explode(' ', $lines[0])[1] ?? 0), 'headers' => $headers, 'body' => $body];
    }

    /** The decoded JSON of a successful response. */
    public function json(string $path): mixed
    {
        $response = $this->get($path);
        if ($response['status'] !== 200) {
            throw new \RuntimeException("GET {$path}: status {$response['status']}: {$response['body']}");
        }
        return \json_decode($response['body'], true, flags: \JSON_THROW_ON_ERROR);
    }
}
