--TEST--
Exceptions that a module's own function makes: stored, but not where that would call hooks (PHP 8.4)
--EXTENSIONS--
static_cache
--SKIPIF--
<?php
require __DIR__ . '/../helpers/hosts.inc';
if (PHP_VERSION_ID < 80400) die('skip property hooks came with PHP 8.4');
if (!php_config()) die('skip needs php-config');
?>
--INI--
opcache.static_cache.volatile_size_mb=32
opcache.static_cache.pinned_size_mb=32
--FILE--
<?php
require __DIR__ . '/../helpers/hosts.inc';
$module = host('throwable', ['-shared', '-fPIC']);
echo run([PHP_BINARY, ...settings(), '-d', "extension=$module", '-d', 'html_errors=0', '-r', <<<'CODE'
    class Child extends OfModule { public $detail = 1; }
    class Other extends OfModule { public $hooked = 1 { set { echo 'set '; $this->hooked = $value; } } }
    class Hooked extends OfModule
    {
        protected string $file = '' { set(string $to) { echo 'set '; $this->file = $to; } }
        public function __serialize(): array { return []; }
        public function __unserialize(array $data): void {}
    }
    foreach (['OfModule', 'Child', 'Other', 'Hooked'] as $class) {
        $stored = OPcache\pinned_store('e', [new $class('text', 3)]);
        $got = OPcache\pinned_fetch('e', [])[0] ?? null;
        echo $class, ': ', json_encode([$stored, $got ? get_class($got) : '', $got?->getMessage(), $got?->getLine()]), "\n";
        OPcache\pinned_delete('e');
    }
    try {
        OPcache\pinned_store('e', [new Hooked], throw_on_error: true);
    } catch (OPcache\StaticCacheException $e) {
        echo $e->getMessage(), "\n";
    }
    CODE]);
?>
--EXPECT--
OfModule: [true,"OfModule","text",10]
Child: [true,"Child","text",10]
Other: [false,"",null,null]
set Hooked: [false,"",null,null]
set pinned cache: $value[0] cannot be stored: it is an object of class Hooked, whose property hooks PHP calls when it makes one (key "e")
