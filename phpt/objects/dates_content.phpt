--TEST--
Dates of all kinds come back as from unserialize(), and those that it mistakes as they were
--EXTENSIONS--
static_cache
--INI--
opcache.static_cache.pinned_size_mb=32
error_reporting=8191
date.timezone=Europe/Lisbon
--FILE--
<?php
class My extends DateTimeImmutable {}
class Prop extends DateTime { public $x = 5; }
class Own extends DateTime
{
    public function __serialize(): array { return ['mine'] + parent::__serialize(); }
    public function __unserialize(array $data): void { unset($data[0]); parent::__unserialize($data); }
}
mt_srand(3);
$zones = DateTimeZone::listIdentifiers();
$classes = [DateTime::class, DateTimeImmutable::class, My::class, Prop::class, Own::class];
$all = [];
for ($at = 0; $at < 700; $at++) {
    $zone = match ($at % 7) { 0 => '+05:30', 1 => '-11:59', 2 => 'EST', 3 => '+01:02:03', 4 => 'Z', default => $zones[array_rand($zones)] };
    $seconds = $at % 3 ? mt_rand(0, 2_000_000_000) : mt_rand(-70_000_000_000, 270_000_000_000);
    $all[] = $date = (new $classes[$at % 5]("@$seconds." . mt_rand(0, 999999)))->setTimezone(new DateTimeZone($zone));
    if ($at % 11 === 0) {
        @$date->dynamic = $at;
    }
}
foreach (['9999-12-31 23:59:59.999999 UTC', '+10000-01-01 00:00:00 UTC', '-0001-01-01', '0000-01-01', '-9999-02-28 00:00 +09:59', 'now'] as $text) {
    array_push($all, new DateTime($text), new DateTimeImmutable($text));
}
function said(mixed $value): string
{
    return serialize($value) . var_export($value, true) . json_encode($value);
}
$differ = [];
OPcache\pinned_store('all', $all, true);
$got = @OPcache\pinned_fetch('all');
foreach ($all as $at => $date) {
    OPcache\pinned_store('one', $date, true);
    $expected = said(@unserialize(serialize($date)));
    if (said($got[$at]) !== $expected || said(@OPcache\pinned_fetch('one')) !== $expected) {
        $differ[] = [$date, $got[$at]];
    }
}
var_dump($differ);

// What is not a date yet cannot be stored.
class Unfinished extends DateTime { public function __construct() {} }
try {
    var_dump(OPcache\pinned_store('unfinished', new Unfinished()));
    OPcache\pinned_store('unfinished', new Unfinished(), true);
} catch (Exception $e) {
    echo get_class($e), ': ', $e->getMessage(), "\n";
}

// A local time that its zone has twice: serialize() loses which of the two is meant.
$changes = [
    'Europe/Berlin' => '2026-10-25 01:00', 'America/New_York' => '2026-11-01 06:00', 'Australia/Lord_Howe' => '2026-04-04 15:00',
    'Antarctica/Troll' => '2026-10-25 01:00', 'America/Caracas' => '2007-12-09 07:00', 'Europe/Moscow' => '2014-10-25 22:00',
    'Asia/Pyongyang' => '2015-08-14 15:00', 'Asia/Manila' => '1844-12-31 00:00', 'Europe/Paris' => '2060-10-31 01:00',
];
[$differ, $lost] = [[], 0];
foreach ($changes as $zone => $change) {
    $change = (new DateTime("$change UTC"))->getTimestamp();
    for ($seconds = $change - 3 * 3600; $seconds < $change + 3 * 3600; $seconds += 1234) {
        foreach ([DateTime::class, DateTimeImmutable::class, My::class, Prop::class] as $class) {
            $date = (new $class("@$seconds.000123"))->setTimezone(new DateTimeZone($zone));
            if ($seconds % 5 === 0) {
                @$date->dynamic = [$seconds];
            }
            $lost += unserialize(serialize($date)) != $date;
            OPcache\pinned_store('twice', [$date, [$date]], true);
            for ($fetch = 0; $fetch < 3; $fetch++) {
                [$got, [$again]] = @OPcache\pinned_fetch('twice');
                if ($got !== $again || said($got) !== said($date) || $got->format('c U.u T e I') !== $date->format('c U.u T e I')) {
                    $differ[] = [$date, $got];
                }
                // Each fetch has dates of its own.
                $_ = $got->modify('+1 hour');
            }
        }
    }
}
var_dump($differ, $lost > 50);
?>
--EXPECTF--
array(0) {
}
bool(false)
OPcache\StaticCacheException: %s has not been correctly initialized by %s
array(0) {
}
bool(true)
