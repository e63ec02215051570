--TEST--
Dates of one time zone in one value: each is as if unserialize() had made it
--EXTENSIONS--
static_cache
--INI--
opcache.static_cache.pinned_size_mb=64
opcache.static_cache.volatile_size_mb=32
error_reporting=8191
date.timezone=Europe/Lisbon
--FILE--
<?php
class My extends DateTimeImmutable {}
class Prop extends DateTime { public $x = 5; }
const CLASSES = [DateTime::class, DateTimeImmutable::class, My::class, Prop::class];
// The longest name is an old one, which Debian's PHP 8.4 knows only with the package tzdata-legacy.
define('ZONES', array_filter([
    'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Antarctica/Troll', 'America/Caracas', 'Europe/Moscow', 'Asia/Tokyo',
    'Europe/Dublin', 'Africa/Casablanca', 'America/Santiago', 'Pacific/Apia', 'Asia/Kathmandu', 'UTC', 'GMT', 'Asia/Gaza', 'Africa/Cairo',
    'America/Argentina/ComodRivadavia', '+02:00', '-09:30', '+00:00', '+01:02:03', 'EST', 'EDT', 'CEST', 'Z',
], fn($zone) => @timezone_open($zone)));
function said(DateTimeInterface $date): string
{
    $later = (clone $date)->modify('+5 months +3 hours')->modify('last sunday of this month 02:30');
    return serialize($date) . $date->format(' c U.u T e I P') . $later->format(' c U.u T e I P')
        . $date->diff(new DateTime('2026-11-29 12:00 UTC'))->format(' %R %a %y %m %d %h %i %s %f');
}
mt_srand(5);
$differ = [];
foreach (ZONES as $at => $zone) {
    $zone = new DateTimeZone($zone);
    $all = [];
    // In this century and the next, of which no zone has a list; and before anybody had time zones.
    foreach ([[0, 2_100_000_000, 300], [2_100_000_000, 9_000_000_000, 200], [-30_000_000_000, 0, 100], [-62_000_000_000, 250_000_000_000, 50]] as [$from, $to, $count]) {
        for ($number = 0; $number < $count; $number++) {
            $seconds = mt_rand($from, $to);
            // Every third is near the turn of a year or of summer time.
            if ($number % 3 === 0) {
                $year = (int) gmdate('Y', $seconds);
                $seconds = gmmktime(0, 0, 0, [1, 3, 4, 10, 11, 12][mt_rand(0, 5)], mt_rand(1, 31), $year) + mt_rand(0, 86_399);
            }
            $all[] = (new (CLASSES[$number % 4])("@$seconds." . sprintf('%06d', mt_rand(0, 999_999))))->setTimezone($zone);
        }
    }
    shuffle($all);
    OPcache\pinned_store("all $at", $all, true);
    for ($fetch = 0; $fetch < 3; $fetch++) {
        $got = OPcache\pinned_fetch("all $at");
        foreach ($all as $number => $date) {
            // What unserialize() mistakes is another test's.
            $expected = unserialize(serialize($date));
            if ($expected == $date && (get_class($got[$number]) !== get_class($date) || said($got[$number]) !== said($expected))) {
                $differ[] = [$date, $got[$number]];
            }
            // Each fetch has dates of its own, and so has each element.
            if ($got[$number] instanceof DateTime) {
                $got[$number]->setTimezone(new DateTimeZone('Asia/Tokyo'))->modify('+17 days');
            }
        }
    }
}
var_dump(count($differ), array_slice($differ, 0, 2));

// Other text than dates usually have, and more than one date each.
$odd = [];
foreach (['0999-12-31 23:59:59', '1000-01-01', '-0044-03-15', '+12345-01-01', '9999-12-31 23:59:59.999999', '2024-02-29', '1900-02-28 23:59:60'] as $text) {
    foreach (ZONES as $zone) {
        $odd[] = new DateTimeImmutable($text, new DateTimeZone($zone));
        $odd[] = new DateTimeImmutable($text, new DateTimeZone($zone));
    }
}
OPcache\volatile_store('odd', $odd, 0);
date_default_timezone_set('Asia/Kolkata');
$same = array_map(said(...), OPcache\volatile_fetch('odd')) === array_map(said(...), unserialize(serialize($odd)));
var_dump($same);

// One date each of many values.
$differ = 0;
for ($day = 1; $day <= 365; $day++) {
    OPcache\volatile_store("day $day", new DateTimeImmutable("2025-01-01 12:00 +$day days", new DateTimeZone('Europe/Paris')), 0);
}
for ($day = 1; $day <= 365; $day++) {
    $expected = new DateTimeImmutable("2025-01-01 12:00 +$day days", new DateTimeZone('Europe/Paris'));
    $differ += OPcache\volatile_fetch("day $day")->format('c U e') !== $expected->format('c U e');
}
var_dump($differ);
?>
--EXPECT--
int(0)
array(0) {
}
bool(true)
int(0)
