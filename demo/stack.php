<?php
declare(strict_types=1);

namespace StaticCache\Demo;

use StaticCache\Bench\Http;

require_once __DIR__ . '/../bench/lib/Http.php';

/** php-fpm with two pools behind nginx, on a free port of the loopback interface. All of it lies in a scratch folder. */
final class Stack
{
    use Http;

    private const START_SECONDS = 20;
    public const POOLS = ['shop' => 8, 'blog' => 16];
    public const WORKERS = 2;

    public readonly string $address;

    /**
     * @param string       $php     the CLI; its php-fpm is looked for beside it
     * @param list<string> $options settings for PHP
     * @param string       $scratch a folder (see bench/lib/scratch.sh): for everything, and for the process groups
     */
    public function __construct(string $php, array $options, private readonly string $scratch)
    {
        $root = \function_exists('posix_geteuid') ? \posix_geteuid() === 0 : \is_writable('/root');
        // Workers and nginx's are another user's: they may look the folder's files up, but not list them.
        \chmod($scratch, 0711);
        \mkdir("{$scratch}/app", 0755);
        foreach (['index.php', 'routes.php', 'status.php'] as $file) {
            \copy(__DIR__ . "/{$file}", "{$scratch}/app/{$file}");
            \chmod("{$scratch}/app/{$file}", 0644);
        }
        require_once __DIR__ . '/routes.php';
        \file_put_contents("{$scratch}/app/table.php", '<?php return ' . \var_export(Routes::table(), true) . ';');
        \chmod("{$scratch}/app/table.php", 0644);

        $pools = '';
        foreach (self::POOLS as $pool => $size) {
            $pools .= "[{$pool}]\n" . ($root ? "user = www-data\n" : '') . "listen = {$scratch}/{$pool}.sock\nlisten.mode = 0666\n"
                . "pm = static\npm.max_children = " . self::WORKERS . "\ncatch_workers_output = yes\n"
                // Each pool has sizes of its own.
                . "php_admin_value[opcache.static_cache.pinned_size_mb] = {$size}\n";
        }
        \file_put_contents("{$scratch}/fpm.conf", "[global]\nerror_log = {$scratch}/fpm.log\npid = {$scratch}/fpm.pid\ndaemonize = no\n{$pools}");
        $this->start([self::fpm($php), '-n', '-y', "{$scratch}/fpm.conf", ...$options]);

        $probe = \stream_socket_server('tcp://127.0.0.1:0');
        $this->address = \stream_socket_get_name($probe, false);
        \fclose($probe);
        $locations = '';
        foreach (\array_keys(self::POOLS) as $pool) {
            $locations .= "location /{$pool}/ { fastcgi_pass unix:{$scratch}/{$pool}.sock; fastcgi_param SCRIPT_FILENAME {$scratch}/app/index.php;"
                . ' fastcgi_param REQUEST_METHOD $request_method; fastcgi_param REQUEST_URI $request_uri; }' . "\n";
        }
        $temporary = \implode(' ', \array_map(
            static fn (string $kind): string => "{$kind}_temp_path {$scratch}/{$kind};",
            ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'],
        ));
        $user = $root ? 'user www-data;' : '';
        \file_put_contents("{$scratch}/nginx.conf", "daemon off; {$user} worker_processes 1; pid {$scratch}/nginx.pid; error_log {$scratch}/nginx.log;\n"
            . "events { worker_connections 256; }\nhttp { access_log off; {$temporary}\nserver { listen {$this->address};\n{$locations}} }\n");
        $this->start(['/usr/sbin/nginx', '-c', "{$scratch}/nginx.conf", '-e', "{$scratch}/nginx.log"]);
        $this->waitUntilReady();
    }

    /** The php-fpm of the same PHP. */
    private static function fpm(string $php): string
    {
        $version = \preg_match('/php(\d\.\d+)$/', (string) \realpath($php), $found) ? $found[1] : '';
        foreach ([\dirname($php, 2) . '/sbin', '/usr/sbin'] as $folder) {
            foreach (["{$folder}/php-fpm{$version}", "{$folder}/php-fpm"] as $path) {
                if (\is_executable($path)) {
                    return $path;
                }
            }
        }
        throw new \RuntimeException("found no php-fpm for {$php}");
    }

    /** @param list<string> $command */
    private function start(array $command): void
    {
        $log = ['file', "{$this->scratch}/server.log", 'a'];
        // A group of its own: its workers are children that must end with it.
        $process = \proc_open(['setsid', ...$command], [['file', '/dev/null', 'r'], $log, $log], $pipes, null, ['PATH' => (string) \getenv('PATH')]);
        \touch("{$this->scratch}/groups/" . \proc_get_status($process)['pid']);
        $this->processes[] = $process;
    }

    /** @var list<resource> kept, since PHP waits for a process when its resource goes */
    private array $processes = [];

    private function waitUntilReady(): void
    {
        for ($end = \hrtime(true) + self::START_SECONDS * 1_000_000_000; \hrtime(true) < $end; \usleep(5000)) {
            try {
                foreach (\array_keys(self::POOLS) as $pool) {
                    if ($this->get("/{$pool}/status.json")['status'] !== 200) {
                        continue 2;
                    }
                }
                return;
            } catch (\RuntimeException) {
                // Not yet.
            }
        }
        throw new \RuntimeException('php-fpm and nginx did not get ready');
    }

    public function stop(): void
    {
        foreach ($this->processes as $process) {
            $group = \proc_get_status($process)['pid'];
            \exec("kill -s KILL -- -{$group} 2>/dev/null");
            \proc_close($process);
        }
        $this->processes = [];
    }

    /** What the servers have to say. */
    public function logs(): string
    {
        return \implode('', \array_map(
            fn (string $name): string => (string) @\file_get_contents("{$this->scratch}/{$name}.log"),
            ['server', 'fpm', 'nginx'],
        ));
    }
}
