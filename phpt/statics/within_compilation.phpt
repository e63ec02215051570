--TEST--
Classes that user code links in the middle of a compilation have their state: in stream wrappers, filters, error handlers, fibers
--EXTENSIONS--
static_cache
--FILE--
<?php
require __DIR__ . '/../helpers/statics.inc';
in_hosts(<<<'CODE'
<?php
// Linked by a running script: their parents are not there when they are compiled.
spl_autoload_register(function (string $class): void {
    eval(match ($class) {
        'Base' => 'class Base {}',
        'Opened', 'Filtered', 'Heard', 'Suspended' => "#[OPcache\PinnedStatic] class $class extends Base {
            public static ?ArrayObject \$seen = null;
            public static int \$count = 0;
        }",
    });
});
function note(string $class): void
{
    $class::$seen ??= new ArrayObject();
    $class::$seen[] = 'once more';
    ++$class::$count;
}
class Source
{
    public $context;
    private string $code = '<?php return 1;';

    public function stream_open(string $path): bool
    {
        if (str_contains($path, 'suspend')) {
            Fiber::suspend();
        } else {
            note('Opened');
        }
        return true;
    }

    public function stream_read(int $count): string
    {
        [$code, $this->code] = [$this->code, ''];
        return $code;
    }

    public function stream_eof(): bool { return $this->code === ''; }
    public function stream_stat(): array { return []; }
    public function stream_set_option(): bool { return false; }
    public function stream_close(): void {}
}
class Filter extends php_user_filter
{
    public function onCreate(): bool
    {
        note('Filtered');
        return true;
    }

    public function filter($in, $out, &$consumed, bool $closing): int
    {
        while ($bucket = stream_bucket_make_writeable($in)) {
            $consumed += $bucket->datalen;
            stream_bucket_append($out, $bucket);
        }
        return PSFS_PASS_ON;
    }
}
stream_wrapper_register('source', 'Source');
stream_filter_register('noting', 'Filter');
switch ($_GET['how']) {
    case 'opened':
        include 'source://some';
        $class = 'Opened';
        break;
    case 'filtered':
        file_put_contents($file = tempnam(sys_get_temp_dir(), 'sc'), '<?php return 1;');
        include "php://filter/read=noting/resource=$file";
        unlink($file);
        $class = 'Filtered';
        break;
    case 'heard':
        set_error_handler(function (): bool { note('Heard'); return true; });
        eval('function wrong' . mt_rand() . '($optional = 1, $required) {}');
        $class = 'Heard';
        break;
    case 'suspended':
        $fiber = new Fiber(fn () => include 'source://suspend');
        $fiber->start();
        // A class that this links, and a file that is compiled, while the other compilation goes on.
        note('Suspended');
        include 'source://some';
        $fiber->resume();
        $class = 'Suspended';
        break;
}
echo count($class::$seen), ' ', $class::$count;
CODE, function (callable $get): void {
    foreach (['opened', 'filtered', 'heard', 'suspended'] as $how) {
        echo $how, ': ', implode(', ', [$get("how=$how"), $get("how=$how"), $get("how=$how")]), "\n";
    }
});
?>
--EXPECT--
opened: 1 1, 2 2, 3 3
filtered: 1 1, 2 2, 3 3
heard: 1 1, 2 2, 3 3
suspended: 1 1, 2 2, 3 3
