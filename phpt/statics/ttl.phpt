--TEST--
Volatile state with a time to live goes when it is over; without one it stays
--EXTENSIONS--
static_cache
--FILE--
<?php
require __DIR__ . '/../helpers/statics.inc';
in_hosts('<?php
use OPcache\VolatileStatic;
#[VolatileStatic(ttl: 1)] class Short { public static $n = 0; }
#[VolatileStatic(3600)] class Long { public static $n = 0; }
#[VolatileStatic] class Always { public static $n = 0; }
class Evaluated { const SHORT = 1; #[VolatileStatic(ttl: self::SHORT)] public static $n = 0; #[VolatileStatic(ttl: Later::LONG)] public static $m = 0; }
interface Later { const LONG = 1000; }
if ($_GET["do"] === "set") { Short::$n++; Long::$n++; Always::$n++; Evaluated::$n++; Evaluated::$m++; }
echo json_encode([Short::$n, Long::$n, Always::$n, Evaluated::$n, Evaluated::$m]);
', function (callable $get) {
    echo $get('do=set'), "\n";
    // The first request that comes a second later finds nothing; one before that may find all of it.
    for ($until = hrtime(true) + 1_050_000_000; hrtime(true) < $until; usleep(20_000));
    echo $get('do=get'), "\n";
});
?>
--EXPECT--
[1,1,1,1,1]
[0,1,1,0,1]
