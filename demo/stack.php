<?php
declare(strict_types=1);

namespace StaticCache\Demo;

use StaticCache\Bench\{Daemon, Fpm, Http};

require_once __DIR__ . '/routes.php';
require_once __DIR__ . '/../bench/lib/Http.php';
require_once __DIR__ . '/../bench/lib/Daemon.php';
require_once __DIR__ . '/../bench/lib/Fpm.php';

/** The application in pools of php-fpm behind nginx, on a free port of the loopback interface. */
final class Stack
{
    use Http;

    private const START_SECONDS = 20;
    /** Where Debian's packages of PHP libraries are. */
    public const LIBRARIES = '/usr/share/php';
    private const NGINX = '/usr/sbin/nginx';
    /** Pool => MB of its pinned cache: each has a size of its own. */
    public const POOLS = ['shop' => 8, 'blog' => 16];
    public const WORKERS = 2;
    public const RESOURCES = 60;

    public readonly string $address;
    public readonly Fpm $fpm;
    private readonly Daemon $nginx;

    /**
     * @param string             $php       the CLI; its php-fpm is looked for beside it
     * @param list<string>       $options   settings for PHP
     * @param string             $folder    exists, can be entered by other users; for everything
     * @param string             $groups    the folder for process groups (see bench/lib/scratch.sh)
     * @param array<string, int> $pools
     * @param int                $resources five routes each
     */
    public function __construct(
        string $php,
        array $options,
        private readonly string $folder,
        string $groups,
        public readonly array $pools = self::POOLS,
        int $resources = self::RESOURCES,
    ) {
        \mkdir("{$folder}/app", 0755);
        $files = ['resources.php' => "<?php return {$resources};\n"];
        foreach (['index.php', 'kept.php', 'routes.php', 'status.php'] as $file) {
            $files[$file] = (string) \file_get_contents(__DIR__ . "/{$file}");
        }
        foreach ($files as $file => $text) {
            self::write("{$folder}/app/{$file}", $text);
        }
        \set_include_path(self::LIBRARIES);
        self::write("{$folder}/app/table.php", '<?php return ' . \var_export(Routes::table($resources), true) . ';');
        $lines = \array_map(static fn (int $size): array => ["php_admin_value[opcache.static_cache.pinned_size_mb] = {$size}"], $pools);
        $options = [...$options, '-d', 'include_path=' . self::LIBRARIES];
        $this->fpm = new Fpm($php, $options, $lines, self::WORKERS, $folder, $groups);

        $probe = \stream_socket_server('tcp://127.0.0.1:0');
        $this->address = \stream_socket_get_name($probe, false);
        \fclose($probe);
        \file_put_contents("{$folder}/nginx.conf", $this->configuration());
        $command = [self::NGINX, '-c', "{$folder}/nginx.conf", '-e', "{$folder}/nginx.log"];
        $this->nginx = new Daemon($command, "{$folder}/nginx.out", $groups);
        $this->waitUntilReady();
    }

    /** What is missing on this machine; '' if nothing is. */
    public static function obstacle(string $php): string
    {
        return match (true) {
            Fpm::binary($php) === null => 'this PHP has no php-fpm',
            !\is_executable(self::NGINX) => 'nginx is not installed',
            !\is_readable(self::LIBRARIES . '/FastRoute/autoload.php') => 'FastRoute (php-nikic-fast-route) is not installed',
            default => '',
        };
    }

    private function configuration(): string
    {
        $locations = '';
        foreach (\array_keys($this->pools) as $pool) {
            $locations .= "location /{$pool}/ { fastcgi_pass unix:{$this->fpm->socket($pool)}; fastcgi_param SCRIPT_FILENAME {$this->folder}/app/index.php;"
                . ' fastcgi_param REQUEST_METHOD $request_method; fastcgi_param REQUEST_URI $request_uri; }' . "\n";
        }
        $temporary = \implode(' ', \array_map(
            fn (string $kind): string => "{$kind}_temp_path {$this->folder}/{$kind};",
            ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'],
        ));
        $user = Fpm::isRoot() ? 'user www-data;' : '';
        // A load generator's connection is to last as long as it wants.
        return "daemon off; {$user} worker_processes 1; pid {$this->folder}/nginx.pid; error_log {$this->folder}/nginx.log;\n"
            . "events { worker_connections 256; }\nhttp { access_log off; keepalive_requests 1000000; {$temporary}\n"
            . "server { listen {$this->address};\n{$locations}} }\n";
    }

    private static function write(string $path, string $text): void
    {
        \file_put_contents($path, $text);
        \chmod($path, 0644);
    }

    private function waitUntilReady(): void
    {
        for ($end = \hrtime(true) + self::START_SECONDS * 1_000_000_000; \hrtime(true) < $end; \usleep(5000)) {
            try {
                foreach (\array_keys($this->pools) as $pool) {
                    if ($this->get("/{$pool}/status.json")['status'] !== 200) {
                        continue 2;
                    }
                }
                return;
            } catch (\RuntimeException) {
                // Not yet.
            }
        }
        throw new \RuntimeException("php-fpm and nginx did not get ready:\n" . $this->logs());
    }

    /** @return list<int> the process that passes requests on */
    public function nginxPids(): array
    {
        return Fpm::children((int) \file_get_contents("{$this->folder}/nginx.pid"));
    }

    public function stop(): void
    {
        $this->fpm->stop();
        $this->nginx->stop();
    }

    /** What the servers have to say. */
    public function logs(): string
    {
        return $this->fpm->logs() . \implode('', \array_map(
            fn (string $name): string => (string) @\file_get_contents("{$this->folder}/nginx.{$name}"),
            ['out', 'log'],
        ));
    }
}
