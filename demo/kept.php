<?php
declare(strict_types=1);

namespace StaticCache\Demo;

/** The route table in a static that survives the request. */
#[\OPcache\PinnedStatic]
final class Kept
{
    private static ?array $table = null;

    public static function table(): array
    {
        return self::$table ??= Routes::own();
    }
}

return Kept::table();
