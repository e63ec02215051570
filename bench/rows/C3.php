<?php
declare(strict_types=1);

namespace StaticCache\Bench;

/** Every class of a request is looked at, whether it has one of the attributes. */
return new class implements Row {
    private const COUNT = 'instructions of the module per class without an attribute';
    /** 60 ns. */
    private const LIMIT = 180;
    private const CLASSES = [100, 500];
    private const REQUESTS = [10, 30];

    public function title(): string
    {
        return 'linking a class that has no attribute: a constructor, 7 methods, 3 properties and a constant each';
    }

    public function measure(Lab $lab): iterable
    {
        $cgi = $lab->hasModule() ? $lab->cgi() : null;
        if ($cgi === null || $lab->isSmoke()) {
            yield new Result('C3', self::COUNT, 'all', null, self::LIMIT, 'count', note: 'needs the module, php-cgi and time');
            return;
        }
        $per = [];
        foreach (self::CLASSES as $classes) {
            $script = \tempnam(\sys_get_temp_dir(), 'bench');
            \file_put_contents($script, self::script($classes));
            $per[] = Instructions::perRequest($lab, $cgi, $script, ...self::REQUESTS);
            \unlink($script);
        }
        [$few, $many] = $per;
        $figure = $few === null || $many === null ? null : ($many - $few) / (self::CLASSES[1] - self::CLASSES[0]);
        yield new Result('C3', self::COUNT, 'all', $figure, self::LIMIT, 'count', note: $figure === null ? 'valgrind cannot run this PHP' : '');
    }

    private static function script(int $classes): string
    {
        $text = "<?php\n";
        for ($class = 0; $class < $classes; ++$class) {
            $text .= "class Plain{$class} { public \$a; protected \$b = []; private \$c; const X = 1;\n";
            $text .= "    public function __construct(\$a) { \$this->a = \$a; }\n";
            for ($method = 0; $method < 7; ++$method) {
                $text .= "    public function m{$method}(\$x) { return \$this->a + \$x; }\n";
            }
            $text .= "}\n";
        }
        return $text;
    }
};
