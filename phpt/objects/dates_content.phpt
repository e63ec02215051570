--TEST--
Dates of all kinds come back as from unserialize(), subclasses, properties and unusual years included
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

// What is not a date yet is refused by the engine itself.
class Unfinished extends DateTime { public function __construct() {} }
try {
    OPcache\pinned_store('unfinished', new Unfinished());
} catch (Error $e) {
    echo get_class($e), ': ', $e->getMessage(), "\n";
}

// Which of the two is meant by a time that its zone has twice, local time does not say.
foreach (['00:30', '01:30'] as $time) {
    $date = (new DateTimeImmutable("2026-10-25 $time UTC"))->setTimezone(new DateTimeZone('Europe/Berlin'));
    OPcache\pinned_store('twice', $date, true);
    echo $date->format('c'), ' ', OPcache\pinned_fetch('twice')->format('c'), ' ', unserialize(serialize($date))->format('c'), "\n";
}
?>
--EXPECTF--
array(0) {
}
%SError: %s has not been correctly initialized by calling %s
2026-10-25T02:30:00+02:00 2026-10-25T02:30:00+01:00 2026-10-25T02:30:00+01:00
2026-10-25T02:30:00+01:00 2026-10-25T02:30:00+01:00 2026-10-25T02:30:00+01:00
