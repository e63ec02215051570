--TEST--
What was fetched stays as it was, whatever becomes of its entry
--EXTENSIONS--
static_cache
--INI--
opcache.static_cache.volatile_size_mb=8
opcache.static_cache.pinned_size_mb=8
--FILE--
<?php
class Keeper
{
    public function __construct(public mixed $kept, public string $sum) {}
    public function __destruct()
    {
        echo 'destructor: ', md5(serialize($this->kept)) === $this->sum ? 'same' : 'DIFFERENT', "\n";
    }
}
function churn(string $backend): void
{
    for ($at = 0; $at < 10_000; $at++) {
        ("OPcache\\{$backend}_store")('churn' . $at % 20, str_repeat(chr($at % 256), $at * 37 % 9000));
    }
}
$fresh = fn() => ['list' => range(1, 500), 'text' => str_repeat('text', 300), 'map' => array_fill_keys(range('a', 'z'), ['deep' => 'er'])];
$sum = md5(serialize($fresh()));
$kept = [];
foreach (['volatile', 'pinned'] as $backend) {
    $call = fn(string $name, mixed ...$arguments) => ("OPcache\\{$backend}_$name")(...$arguments);
    foreach (['store', 'delete', 'clear', 'delete_prefix', 'touch'] as $change) {
        if ($change === 'touch' && $backend === 'pinned') {
            continue;
        }
        $call('store', 'held', $fresh());
        $call('store', 'string', str_repeat('held', 1000));
        $kept["$backend $change"] = $call('fetch', 'held');
        $kept["$backend $change string"] = $call('fetch', 'string');
        match ($change) {
            'store' => [$call('store', 'held', 'other'), $call('store', 'string', [])],
            'delete' => [$call('delete', 'held'), $call('delete', 'string')],
            'clear' => $call('clear'),
            'delete_prefix' => [$call('delete_prefix', 'he'), $call('delete_prefix', 'str')],
            'touch' => [$call('touch', 'held', 1), usleep(1_050_000)],
        };
        churn($backend);
    }
}
foreach ($kept as $name => $value) {
    $good = is_string($value) ? $value === str_repeat('held', 1000) : md5(serialize($value)) === $sum;
    if (!$good) {
        echo "$name is different\n";
    }
}
var_dump(OPcache\volatile_cache_info()->retired_memory > 0);
function in_static(): mixed
{
    static $value;
    return $value ??= OPcache\volatile_fetch('late');
}
function generate(): Generator
{
    $value = OPcache\volatile_fetch('late');
    yield 1;
    yield $value;
}
OPcache\volatile_store('late', $fresh());
in_static();
$generator = generate();
$generator->current();
$keeper = new Keeper(OPcache\volatile_fetch('late'), $sum);
$GLOBALS['reference'] = &$keeper->kept;
register_shutdown_function(function () use ($sum) {
    echo 'shutdown: ', md5(serialize(in_static())) === $sum ? 'same' : 'DIFFERENT', "\n";
});
$buffered = OPcache\volatile_fetch('late');
ob_start(function (string $text) use ($buffered, $sum) {
    return $text . 'output: ' . (md5(serialize($buffered)) === $sum ? 'same' : 'DIFFERENT') . "\n";
});
OPcache\volatile_clear();
churn('volatile');
$generator->next();
echo 'generator: ', md5(serialize($generator->current())) === $sum ? 'same' : 'DIFFERENT', "\n";
?>
--EXPECT--
bool(true)
generator: same
shutdown: same
destructor: same
output: same
