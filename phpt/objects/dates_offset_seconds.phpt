--TEST--
Dates in zones whose offsets have seconds are what unserialize(serialize()) makes of them: PHP 8.2 loses the seconds of a date's, not of a zone's
--EXTENSIONS--
static_cache
--INI--
opcache.static_cache.pinned_size_mb=32
opcache.static_cache.volatile_size_mb=32
--FILE--
<?php
class My extends DateTimeImmutable {}
$same = $kept = 0;
foreach (['+05:30:20', '-00:00:01', '+23:59:59', '-11:29:30', '+05:30'] as $offset) {
    $zone = new DateTimeZone($offset);
    foreach ([DateTime::class, DateTimeImmutable::class, My::class] as $class) {
        $date = new $class('2020-01-01 00:00:00.5', $zone);
        OPcache\pinned_store('date', [$date, $zone]);
        $wanted = unserialize(serialize($date));
        // The first fetches of a request are made in other ways than those that follow.
        for ($fetch = 0; $fetch < 3; $fetch++) {
            [$got, $its] = OPcache\pinned_fetch('date');
            $all = fn($date) => [get_class($date), $date->getTimestamp(), $date->getOffset(), $date->format('c u e P'), serialize($date)];
            $same += $all($got) === $all($wanted);
            $kept += $got->getTimestamp() === $date->getTimestamp();
            if ($its->getName() !== $offset) {
                echo "$offset has become {$its->getName()}\n";
            }
        }
    }
}
var_dump($same, $kept === 45 || PHP_VERSION_ID < 80400);
?>
--EXPECT--
int(45)
bool(true)
