--TEST--
An application: container and router (FastRoute) keep their metadata in statics, are edited and reset while 24 clients ask
--EXTENSIONS--
static_cache
--SKIPIF--
<?php
require __DIR__ . '/../helpers/fpm.inc';
if ($why = without_fpm()) die("skip $why");
if (!is_file('/usr/share/php/FastRoute/autoload.php') || !is_file('/usr/share/php/Psr/Container/autoload.php')) die('skip needs php-nikic-fast-route and php-psr-container');
?>
--FILE--
<?php
require __DIR__ . '/../helpers/statics.inc';
// How many requests in all; a soak: STATICS_REQUESTS=200000
$requests = (int) (getenv('STATICS_REQUESTS') ?: 4000);
$container = fn(int $version) => '<?php
namespace App;
/** Autowires by constructor types; what reflection says is kept. */
#[\OPcache\PinnedStatic]
final class Container implements \Psr\Container\ContainerInterface
{
    private static string $version = "' . $version . '";
    private static array $definitions = [];
    private array $instances = [];
    public function has(string $id): bool { return class_exists($id); }
    public function get(string $id)
    {
        return $this->instances[$id] ??= new $id(...array_map($this->get(...), self::definition($id)->needs));
    }
    public static function definition(string $id): Definition
    {
        return self::$definitions[$id] ??= new Definition($id, self::$version);
    }
}';
$router = fn(int $version) => '<?php
namespace App;
#[\OPcache\PinnedStatic]
final class Router
{
    /** The source; the table is compiled of it. */
    private static array $routes = ["version" => ' . $version . ', "/user/{id:\d+}" => UserController::class, "/v' . $version . '/{name}[/{page:\d+}]" => PageController::class];
    private static ?array $table = null;
    public static function table(): array
    {
        if (self::$table === null) {
            \OPcache\pinned_atomic_increment("builds");
            $collector = new \FastRoute\RouteCollector(new \FastRoute\RouteParser\Std(), new \FastRoute\DataGenerator\GroupCountBased());
            foreach (self::$routes as $path => $handler) {
                if ($path !== "version") {
                    $collector->get($path, [$handler, self::$routes["version"]]);
                }
            }
            for ($i = 0; $i < 200; $i++) {
                $collector->get("/resource$i/{id:\d+}", [PageController::class, self::$routes["version"]]);
            }
            self::$table = $collector->getData();
        }
        return self::$table;
    }
    public static function dispatch(string $path): array
    {
        static $asked = 0;
        $asked++;
        return (new \FastRoute\Dispatcher\GroupCountBased(self::table()))->dispatch("GET", $path) + ["version" => self::$routes["version"], "asked" => $asked];
    }
}';
$folder = new Folder([
    'Definition.php' => '<?php
namespace App;
final class Definition
{
    public readonly array $needs;
    public function __construct(public readonly string $id, public readonly string $version)
    {
        $constructor = (new \ReflectionClass($id))->getConstructor();
        $this->needs = array_map(fn($p) => $p->getType()->getName(), $constructor?->getParameters() ?? []);
    }
}',
    'Log.php' => '<?php namespace App; final class Log { public function __construct(public Clock $clock) {} }',
    'Clock.php' => '<?php namespace App; final class Clock { public string $now = "noon"; }',
    'UserRepository.php' => '<?php namespace App; final class UserRepository { public function __construct(public Log $log, public Clock $clock) {} public function name(int $id): string { return "user $id at {$this->log->clock->now}"; } }',
    'UserController.php' => '<?php namespace App; final class UserController { public function __construct(private UserRepository $users, private Log $log) {} public function __invoke(array $v): string { return $this->users->name($v["id"]); } }',
    'PageController.php' => '<?php namespace App; final class PageController { public function __construct(private Log $log) {} public function __invoke(array $v): string { return "page " . json_encode($v); } }',
]);
$fpm = new Fpm(['app' => ['pm.max_children' => '4', 'listen.backlog' => '256']], '<?php
require_once "/usr/share/php/FastRoute/autoload.php";
require_once "/usr/share/php/Psr/Container/autoload.php";
spl_autoload_register(function ($class) { if (str_starts_with($class, "App\\\\")) require "' . $folder->path . '/" . substr($class, 4) . ".php"; });
if (isset($_GET["info"])) { exit(OPcache\pinned_fetch("builds") . " " . OPcache\pinned_cache_info()->publish_failures); }
if (isset($_GET["reset"])) { $_GET["reset"] === "all" ? opcache_reset() : OPcache\pinned_clear(); exit("ok"); }
$route = App\Router::dispatch($_GET["path"]);
if ($route[0] !== FastRoute\Dispatcher::FOUND) { exit(json_encode(["none", $route["version"]])); }
[$class, $version] = $route[1];
$container = new App\Container;
echo json_encode([$container->get($class)($route[2]), $version, $route["version"], (int) App\Container::definition($class)->version, (int) App\Container::definition("App\\\\Log")->version]);
', ['arguments' => ['-d', 'opcache.revalidate_freq=0', '-d', 'opcache.max_accelerated_files=1000', '-d', 'opcache.static_cache.pinned_size_mb=4']]);
$wrong = $count = $edits = $resets = 0;
$opcache = (bool) ini_get('opcache.enable');
for ($version = 1; $count < $requests; $version++, $edits++) {
    $folder->write('Container.php', $container($version));
    $folder->write('Router.php', $router($version));
    for ($round = 0; $round < 20 && $count < $requests; $round++) {
        $asked = [];
        for ($n = 0; $n < 24; $n++, $count++) {
            $path = ["/user/$n", "/v$version/page", "/v$version/page/$n", "/resource$n/7", '/nothing'][$n % 5];
            $reset = $n === 7 && $round % 5 === 2 && !($opcache && $round % 2);
            $resets += (int) $reset;
            $asked[] = [$path, $reset ? $fpm->ask('app', 'reset=' . ($round % 2 ? 'all' : 'pinned')) : $fpm->ask('app', "path=$path"), $reset];
        }
        foreach ($asked as [$path, $connection, $reset]) {
            $answer = Fpm::answer($connection);
            $expected = match (true) {
                $reset => 'ok',
                $path === '/nothing' => json_encode(['none', $version]),
                str_starts_with($path, '/user') => json_encode(['user ' . basename($path) . ' at noon', $version, $version, $version, $version]),
                default => '",' . "$version,$version,$version,$version]",
            };
            if (!str_ends_with($answer, $expected) && $wrong++ < 5) {
                echo "$path, version $version: $answer\n";
            }
        }
        if ($opcache && $round % 5 === 2 && $round % 2) {
            // Alone, and so is the next request, which does it: otherwise OPcache loses workers (see opcache/race.phpt).
            $fpm->get('app', 'reset=all');
            $fpm->get('app', 'info=1');
            $resets++;
        }
    }
}
// Tables are made once per edit and reset, and by those who ask before it is published.
$fpm->get('app', 'reset=pinned');
for ($i = 0; $i < 100; $i++) {
    $fpm->get('app', "path=/user/$i");
}
$answer = $fpm->get('app', 'info=1');
echo "wrong: $wrong, edited: ", $edits > 3 ? 'several times' : $edits, ', reset: ', $resets > 3 ? 'several times' : $resets, ", builds and failures: $answer\n";
echo preg_match_all('/exited on signal/', $fpm->log()) ? $fpm->log() : '';
?>
--EXPECT--
wrong: 0, edited: several times, reset: several times, builds and failures: 1 0
