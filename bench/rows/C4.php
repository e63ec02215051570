<?php
declare(strict_types=1);

namespace StaticCache\Bench;

/** One class with an attribute in each request: its statics are restored, read, and compared at the end. */
return new class implements Row {
    private const COUNT = 'instructions of the module for a class with the attribute, restored and read';
    /** 1 µs. */
    private const LIMIT = 3000;
    private const REQUESTS = [20, 80];
    /** Values of this many elements: they make no difference. */
    private const SIZES = ['small values' => 10, 'large values' => 100_000];

    public function title(): string
    {
        return 'a class with the attribute: 3 static properties and a method with a static variable';
    }

    public function measure(Lab $lab): iterable
    {
        $cgi = $lab->hasModule() ? $lab->cgi() : null;
        if ($cgi === null || $lab->isSmoke()) {
            yield new Result('C4', self::COUNT, 'all', null, self::LIMIT, 'count', note: 'needs the module, php-cgi and time');
            return;
        }
        foreach (self::SIZES as $case => $elements) {
            $figures = [];
            foreach (['', '#[\OPcache\PinnedStatic]'] as $attribute) {
                $script = \tempnam(\sys_get_temp_dir(), 'bench');
                \file_put_contents($script, self::script($attribute, $elements));
                $figures[] = Instructions::perRequest($lab, $cgi, $script, ...self::REQUESTS);
                \unlink($script);
            }
            [$without, $with] = $figures;
            $figure = $with === null || $without === null ? null : $with - $without;
            yield new Result('C4', self::COUNT, $case, $figure, self::LIMIT, 'count', note: $figure === null ? 'valgrind cannot run this PHP' : '');
        }
    }

    /** A request that finds nothing builds; with the attribute only the first one does. */
    private static function script(string $attribute, int $elements): string
    {
        return <<<PHP
            <?php
            {$attribute} final class Registry
            {
                public static array \$list = [];
                public static ?array \$map = null;
                private static ?string \$text = null;
                public static function times() { static \$seen = []; return \$seen; }
                public static function build() { self::\$list = range(1, {$elements}); self::\$map = ['x' => [1, 2]]; self::\$text = str_repeat('t', {$elements}); }
                public static function look() { return count(self::\$list) + count(self::\$map) + strlen(self::\$text) + count(self::times()); }
            }
            if (Registry::\$map === null) {
                Registry::build();
            }
            Registry::look();
            PHP;
    }
};
