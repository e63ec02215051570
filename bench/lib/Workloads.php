<?php
declare(strict_types=1);

namespace StaticCache\Bench;

/** The values that are stored and fetched. Each call of build() makes a new one, the same every time. */
final class Workloads
{
    /** Name => what it is. */
    public const ALL = [
        'int' => 'int',
        'string' => 'string of 24 bytes',
        'small' => 'array of 8 (strings, ints, a float, a list)',
        'routes300' => 'route table of 300',
        'routes3000' => 'route table of 3,000',
        'ints10000' => 'packed list of 10,000 ints',
        'strings2000' => 'list of 2,000 distinct strings',
        'text10k' => 'string of 10 KB',
        'text1m' => 'string of 1 MB',
        'references' => 'array of 100 with PHP references',
    ];

    /** Arrays that a file can hold as a constant. */
    public const CONSTANT_ARRAYS = ['small', 'routes300', 'routes3000', 'ints10000', 'strings2000'];

    /** About how many bytes a value takes in PHP; bounds how many fresh ones are made at a time. */
    private const BYTES = [
        'routes300' => 400_000,
        'routes3000' => 4_000_000,
        'ints10000' => 160_000,
        'strings2000' => 120_000,
        'text10k' => 10_000,
        'text1m' => 1_000_000,
        'references' => 10_000,
        'objects100' => 20_000,
        'metadata50' => 40_000,
        'router' => 800_000,
        'dates20' => 20_000,
        'spl' => 10_000,
        'cycle' => 5_000,
    ];

    public static function build(string $name): mixed
    {
        return match ($name) {
            'int' => 4_711,
            'string' => self::text('key-', 24),
            'small' => self::small(17),
            'routes300' => self::routes(300),
            'routes3000' => self::routes(3_000),
            'ints10000' => \range(1, 10_000),
            'strings2000' => self::strings(2_000),
            'text10k' => self::text('ten kilobytes of text ', 10_240),
            'text1m' => self::text('0123456789abcdef', 1 << 20),
            'references' => self::references(),
            default => Objects::build($name),
        };
    }

    /** How many fresh values to make at a time at most: enough to time, few enough to stay near the processor. */
    public static function batch(string $name): int
    {
        return \max(2, \intdiv(1_000_000, self::BYTES[$name] ?? 200));
    }

    /** A string that is made when this is called: OPcache makes constants of what it can work out, with their hash. */
    private static function text(string $unit, int $bytes): string
    {
        $text = '';
        while (\strlen($text) < $bytes) {
            $text .= $unit;
        }
        return \substr($text . ' ', 0, $bytes);
    }

    private static function small(int $id): array
    {
        return [
            'id' => $id,
            'name' => 'user-' . $id,
            'email' => 'user-' . $id . '@example.org',
            'active' => true,
            'score' => $id / 4,
            'roles' => ['reader', 'writer-' . $id],
            'zero' => -0.0,
            'none' => null,
        ];
    }

    private static function routes(int $count): array
    {
        $routes = [];
        for ($i = 0; $i < $count; ++$i) {
            $module = 'module' . \intdiv($i, 10);
            $routes["app_{$module}_action{$i}"] = [
                'path' => "/{$module}/{id}/action{$i}/{slug}",
                'methods' => $i % 3 === 0 ? ['GET', 'POST'] : ['GET'],
                'defaults' => ['_controller' => "App\\Controller\\{$module}::action{$i}", '_locale' => 'en', 'page' => $i],
                'requirements' => ['id' => '\d+', 'slug' => $i % 2 === 0 ? '[a-z0-9-]+' : '[a-z]+'],
                'schemes' => ['https'],
            ];
        }
        return $routes;
    }

    private static function strings(int $count): array
    {
        $strings = [];
        for ($i = 0; $i < $count; ++$i) {
            $strings[] = "distinct string number {$i}";
        }
        return $strings;
    }

    private static function references(): array
    {
        $list = [];
        $shared = ['counter' => 1, 'label' => 'shared by ' . 50];
        for ($i = 0; $i < 50; ++$i) {
            $list["plain{$i}"] = ['index' => $i, 'text' => "element {$i}"];
            $list["tied{$i}"] = &$shared;
        }
        return $list;
    }
}
