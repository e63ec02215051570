<?php
declare(strict_types=1);

namespace StaticCache\Demo;

/** Where the application can take its route table from, and that it answers the same whichever it takes. */
final class Variants
{
    /** As index.php knows them => what they are. */
    public const ALL = [
        'none' => 'made in each request',
        'apcu' => 'from APCu',
        'include' => 'included, from OPcache',
        'static-cache' => 'from static-cache',
        'attribute' => 'static, PinnedStatic',
    ];
    private const PATHS = [
        '/resource0' => 'a list',
        '/resource7/42' => 'an item',
        '/resource59/7/parts/left-wheel/3' => 'parts, second page',
        '/resource12/none' => 'nothing',
    ];

    /**
     * All variants give the same answer to each path in all pools, and those that should find a route do.
     *
     * @param list<string> $variants
     */
    public static function check(Stack $stack, array $variants): void
    {
        foreach (self::PATHS as $path => $what) {
            $answers = [];
            foreach (\array_keys($stack->pools) as $pool) {
                foreach ($variants as $variant) {
                    $response = $stack->get("/{$pool}/{$variant}{$path}");
                    if ($response['status'] !== 200) {
                        throw new \RuntimeException("/{$pool}/{$variant}{$path}: status {$response['status']}: {$response['body']}");
                    }
                    $answers["{$pool} {$variant}"] = $response['body'];
                }
            }
            if (\count(\array_unique($answers)) !== 1) {
                throw new \RuntimeException("the variants answer {$path} differently: " . \json_encode($answers));
            }
            $found = \json_decode(\current($answers), true)['found'] === 1;
            if ($found !== ($what !== 'nothing')) {
                throw new \RuntimeException("{$path}: " . ($found ? 'found, though there is no such route' : 'not found'));
            }
        }
    }
}
