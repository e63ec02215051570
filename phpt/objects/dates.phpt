--TEST--
Repeated fetches of dates: each has its own, as it was stored
--EXTENSIONS--
static_cache
--INI--
opcache.static_cache.volatile_size_mb=32
opcache.static_cache.pinned_size_mb=32
error_reporting=8191
--FILE--
<?php
use function OPcache\{volatile_store, volatile_fetch};
class Moves
{
    public function __construct(public ?DateTime $date = null)
    {
    }

    public function __serialize(): array
    {
        return [$this->date];
    }

    public function __unserialize(array $data): void
    {
        [$this->date] = $data;
        $this->date->modify('+1 day');
    }
}
class Own extends DateTimeImmutable
{
    public $note = 'own';
}
$moves = new Moves(new DateTime('2020-01-01 UTC'));
$fixed = new DateTimeImmutable('2021-05-05 10:00', new DateTimeZone('Europe/Paris'));
volatile_store('k', [$moves, $moves->date, $fixed, 'x' => [$fixed, new DateTimeZone('UTC')], new Own('2022-02-02 UTC'), new DateInterval('P3D')]);
$all = [];
for ($round = 0; $round < 5; $round++) {
    $got = volatile_fetch('k');
    echo $got[0]->date->format('c'), ' ', $got[2]->format('c e'), ' ', $got['x'][1]->getName(), ' ', $got[3]->format('Y'), $got[3]->note,
        ' ', $got[4]->d, ' ', var_export($got[0]->date === $got[1] && $got[2] === $got['x'][0], true), "\n";
    $got[1]->modify('+1 year');
    $got[3]->note = 'changed';
    $all[] = $got;
}
var_dump($all[3][2] !== $all[4][2]);
$weak = WeakReference::create($got[2]);
unset($all, $got);
gc_collect_cycles();
var_dump($weak->get());
?>
--EXPECT--
2020-01-02T00:00:00+00:00 2021-05-05T10:00:00+02:00 Europe/Paris UTC 2022own 3 true
2020-01-02T00:00:00+00:00 2021-05-05T10:00:00+02:00 Europe/Paris UTC 2022own 3 true
2020-01-02T00:00:00+00:00 2021-05-05T10:00:00+02:00 Europe/Paris UTC 2022own 3 true
2020-01-02T00:00:00+00:00 2021-05-05T10:00:00+02:00 Europe/Paris UTC 2022own 3 true
2020-01-02T00:00:00+00:00 2021-05-05T10:00:00+02:00 Europe/Paris UTC 2022own 3 true
bool(true)
NULL
