<?php
declare(strict_types=1);

namespace StaticCache\Demo;

/** The application's routes, and the table that FastRoute makes of them. */
final class Routes
{
    /** Of the application that this file belongs to. */
    public static function own(): array
    {
        return self::table(require __DIR__ . '/resources.php');
    }

    /** Five routes for each resource. */
    public static function table(int $resources): array
    {
        require_once 'FastRoute/autoload.php';
        $routes = new \FastRoute\RouteCollector(
            new \FastRoute\RouteParser\Std(),
            new \FastRoute\DataGenerator\GroupCountBased(),
        );
        for ($i = 0; $i < $resources; ++$i) {
            $name = "resource{$i}";
            $routes->get("/{$name}", ["App\\{$name}", 'list']);
            $routes->post("/{$name}", ["App\\{$name}", 'create']);
            $routes->get("/{$name}/{id:\\d+}", ["App\\{$name}", 'show']);
            $routes->addRoute(['PUT', 'PATCH'], "/{$name}/{id:\\d+}", ["App\\{$name}", 'change']);
            $routes->get("/{$name}/{id:\\d+}/parts/{part:[a-z-]+}[/{page:\\d+}]", ["App\\{$name}", 'parts']);
        }
        return $routes->getData();
    }
}
