--TEST--
Names of stream wrappers and filters, which the engine drops last of all, are not read from memory given back
--EXTENSIONS--
static_cache
--SKIPIF--
<?php
require __DIR__ . '/../helpers/binaries.inc';
if (!binary('php-cgi')) die('skip needs php-cgi');
?>
--INI--
opcache.static_cache.volatile_size_mb=1
opcache.static_cache.allow_unsafe_runtime=1
--FILE--
<?php
require __DIR__ . '/../helpers/fastcgi.inc';
// The engine frees these names after all modules were told that the request is over, and a FastCGI server waits for its
// client in between. Another worker overwrites the memory meanwhile.
$server = new FastCgi(<<<'PHP'
    <?php
    if ($_GET['do'] === 'overwrite') {
        OPcache\volatile_clear();
        for ($at = 0; $at < 3000; $at++) {
            OPcache\volatile_store("fill$at", str_repeat(chr($_GET['byte']), 50 + $at));
        }
        exit('ok');
    }
    class Wrapper {}
    class Filter extends php_user_filter {}
    class Name
    {
        public function __construct(private string $name) {}

        public function __toString(): string
        {
            return $this->name;
        }
    }
    OPcache\volatile_store('names', [
        'wrapper' => 'scheme' . $_GET['byte'], 'filter' => 'filter' . $_GET['byte'], 'restored' => strrev('ptth'),
        'wrapper object' => 'scheme.object' . $_GET['byte'], 'filter object' => 'filter.object' . $_GET['byte'],
    ]);
    $names = OPcache\volatile_fetch('names');
    $own = 'own' . getmypid();
    stream_wrapper_register($own, 'Wrapper');
    stream_filter_register($own, 'Filter');
    stream_wrapper_register($names['wrapper'], 'Wrapper');
    stream_filter_register($names['filter'], 'Filter');
    if ($_GET['how'] === 'restored') {
        stream_wrapper_unregister('http');
        stream_wrapper_restore($names['restored']);
    } elseif ($_GET['how'] === 'objects') {
        stream_wrapper_register(new Name($names['wrapper object']), 'Wrapper');
        stream_filter_register(new Name($names['filter object']), 'Filter');
    }
    echo getmypid();
    PHP,
    fn($port) => [binary('php-cgi'), ...settings(), '-b', "127.0.0.1:$port"],
    ['PHP_FCGI_CHILDREN' => '2'],
);
foreach (['strings', 'restored', 'objects'] as $how) {
    $workers = [];
    foreach ([0, 1, 0x40, 0xbf, 0xff, 0, 1] as $byte) {
        $using = $server->ask("do=use&byte=$byte&how=$how");
        $workers[] = $server->answer($using);
        if (($said = $server->get("do=overwrite&byte=$byte")) !== 'ok') {
            echo "byte $byte: $said\n";
        }
        fclose($using);
    }
    // A worker that died was replaced.
    echo $how, ': ', count(array_unique($workers)) <= 2 ? "fine\n" : "workers died\n";
}
?>
--EXPECT--
strings: fine
restored: fine
objects: fine
