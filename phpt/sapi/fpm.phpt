--TEST--
php-fpm: unavailable as long as the worker pool cannot be identified
--EXTENSIONS--
static_cache
--SKIPIF--
<?php
require __DIR__ . '/../helpers/binaries.inc';
if (!binary('php-fpm')) die('skip needs php-fpm');
?>
--INI--
opcache.static_cache.volatile_size_mb=8
opcache.static_cache.pinned_size_mb=8
--FILE--
<?php
require __DIR__ . '/../helpers/fastcgi.inc';
function fpm(array $more): FastCgi
{
    return new FastCgi(<<<'PHP'
        <?php
        $info = OPcache\volatile_cache_info();
        echo json_encode([PHP_SAPI, OPcache\volatile_store('k', [1]), OPcache\volatile_fetch('k', 'default'), $info->enabled,
            $info->available, $info->shared_model, $info->failure_reason]), "\n";
        try {
            OPcache\pinned_store('k', 1, true);
        } catch (OPcache\StaticCacheException $e) {
            echo $e->getMessage(), "\n";
        }
        PHP,
        function (int $port, string $folder) use ($more): array {
            file_put_contents("$folder/fpm.conf", <<<INI
                [global]
                error_log = $folder/fpm.log
                daemonize = no
                [www]
                listen = 127.0.0.1:$port
                pm = static
                pm.max_children = 1
                INI);
            return [binary('php-fpm'), '-R', '-F', '-y', "$folder/fpm.conf", ...settings(), ...$more];
        },
    );
}
// The pool is what keeps sites apart there: allowing unsafe runtimes does not change that.
echo fpm([])->get('');
echo fpm(['-d', 'opcache.static_cache.allow_unsafe_runtime=1'])->get('');
?>
--EXPECT--
["fpm-fcgi",false,"default",true,false,"none","unavailable in SAPI \"fpm-fcgi\": the worker pool cannot be identified"]
pinned cache: unavailable in SAPI "fpm-fcgi": the worker pool cannot be identified
["fpm-fcgi",false,"default",true,false,"none","unavailable in SAPI \"fpm-fcgi\": the worker pool cannot be identified"]
pinned cache: unavailable in SAPI "fpm-fcgi": the worker pool cannot be identified
