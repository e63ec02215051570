--TEST--
Dates with offsets that PHP does not read are refused by the store; those that it reads, and their zones, are stored
--EXTENSIONS--
static_cache
--INI--
opcache.static_cache.pinned_size_mb=8
opcache.static_cache.volatile_size_mb=8
--FILE--
<?php
require __DIR__ . '/../helpers/compare.inc';

class My extends DateTimeImmutable { public $note = 'mine'; }

/** One that says itself what is stored. */
class Own extends DateTime
{
    public function __serialize(): array { return [$this->getTimestamp()]; }
    public function __unserialize(array $data): void { $this->__construct("@$data[0]"); }
}

function is_read(object $date): bool
{
    try {
        return (bool) unserialize(serialize($date));
    } catch (Error) {
        return false;
    }
}

$right = 0;
foreach (['+24:00', '-24:00', '+24:59', '-24:59', '+24:59:59', '-24:59:59', '+25:00', '-25:00', '+25:00:01', '+99:59', '-99:59', '+99:59:59', '+12:00'] as $offset) {
    $zone = new DateTimeZone($offset);
    foreach ([DateTime::class, DateTimeImmutable::class, My::class] as $class) {
        $date = new $class('2000-01-01 00:00:00', $zone);
        foreach (['volatile', 'pinned'] as $backend) {
            $stored = of($backend, 'store')('date', [$date, $zone]);
            $got = $stored ? of($backend, 'fetch')('date') : [];
            $right += $stored === is_read($date) && (!$stored || serialize($got[0]) === serialize(unserialize(serialize($date))));
            $right += of($backend, 'store')('zone', $zone) && of($backend, 'fetch')('zone')->getName() === $offset;
        }
    }
}
var_dump($right);

$zone = new DateTimeZone('+99:59');
$date = new DateTimeImmutable('2000-01-01', $zone);
foreach ([$date, ['at' => new DateTime('2000-01-01', new DateTimeZone('-25:30:20'))], new ArrayObject([new My('2000-01-01', $zone)]), new DatePeriod($date, new DateInterval('P1D'), 3)] as $value) {
    echo outcome(fn() => OPcache\volatile_store('refused', $value)), ', ', outcome(fn() => OPcache\pinned_store('refused', $value, true)), "\n";
}
echo outcome(fn() => OPcache\volatile_fetch('refused')), "\n";
OPcache\volatile_store('own', new Own('2000-01-01', $zone));
echo OPcache\volatile_fetch('own')->format('c'), "\n";
?>
--EXPECT--
int(156)
false, OPcache\StaticCacheException: pinned cache: $value cannot be stored: it is a date with an offset that unserialize() refuses (+99:59) (key "refused")
false, OPcache\StaticCacheException: pinned cache: $value['at'] cannot be stored: it is a date with an offset that unserialize() refuses (-25:30) (key "refused")
false, OPcache\StaticCacheException: pinned cache: $value->__serialize()[1][0] cannot be stored: it is a date with an offset that unserialize() refuses (+99:59) (key "refused")
false, OPcache\StaticCacheException: pinned cache: $value->__serialize()['start'] cannot be stored: it is a date with an offset that unserialize() refuses (+99:59) (key "refused")
NULL
1999-12-27T20:01:00+00:00
