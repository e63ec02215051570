--TEST--
A request that goes on for long gives back what it fetched, and nothing that is still in use anywhere
--EXTENSIONS--
static_cache
--INI--
opcache.static_cache.volatile_size_mb=8
opcache.static_cache.pinned_size_mb=8
--FILE--
<?php
use function OPcache\{pinned_store, pinned_fetch, pinned_fetch_array, pinned_cache_info, static_quiesce};

/** Says itself what it must be. */
function made(int $number): array
{
    return ['number' => $number, 'list' => range($number, $number + 200), 'text' => str_repeat("text $number ", 100), 'map' => ["key $number" => ["deep $number"]]];
}
/** A value of its own each time: it has no entry any more, so this request alone keeps it. */
function fresh(): array
{
    global $numbers;
    $number = count($numbers ??= []) + 1;
    $numbers[] = $number;
    pinned_store('fresh', made($number)) || print("no room for $number\n");
    return pinned_fetch('fresh');
}
function check(mixed $value, string $where): void
{
    if (!is_array($value) || $value !== made($value['number'])) {
        echo "$where: changed\n";
    }
}
/** About as much as the memory has room for, in entries that are fetched, and replaced at once. */
function churn(): void
{
    for ($at = 0; $at < 800; $at++) {
        pinned_store('churn', [$at, str_repeat(chr($at % 256), 9000), range(0, $at % 50)]) || exit("no room for churn $at\n");
        $fetched = pinned_fetch('churn');
        if ($fetched[0] !== $at || $fetched[1] !== str_repeat(chr($at % 256), 9000)) {
            echo "churn: changed\n";
        }
        $at % 200 === 0 && static_quiesce();
    }
}
class Holder
{
    public static mixed $static;
    public mixed $property;
    public function __construct(mixed $property) { $this->property = $property; }
    public function __invoke() { return $this->property; }
    public function __destruct() { check($this->property, 'destructor'); }
}
function in_static(?array $new = null): array
{
    static $value;
    return $value = $new ?? $value;
}
function generate(array $value): Generator
{
    foreach ($value['list'] as $at => $element) {
        yield $at => $element === $value['number'] + $at && $value === made($value['number']);
    }
}
/** What is kept of a value, and how to look at it. */
$kept = [
    'array element' => [fresh()],
    'nested' => [[[['x' => fresh()]]]],
    'part of it' => fresh()['map'],
    'string of it' => [fresh()['text'], 0],
];
$number = fn() => end($GLOBALS['numbers']);
$part = $kept['part of it'];
$string = $kept['string of it'][0];
$stringNumber = $number();
$key = array_key_first(fresh()['map']);
$keyNumber = $number();
$asKey = [$key => 1];
unset($key, $kept['part of it'], $kept['string of it']);
$global = fresh();
$reference = fresh();
$same = &$reference;
Holder::$static = fresh();
in_static(fresh());
$holder = new Holder(fresh());
$closure = (fn($value) => fn() => $value)(fresh());
$byReference = (function () { $value = fresh(); return function () use (&$value) { return $value; }; })();
define('CONSTANT', fresh());
$generator = generate(fresh());
$generator->current();
$iterator = new ArrayIterator(fresh());
$iterator->next();
$storage = new SplObjectStorage();
$storage[$holder] = fresh();
$weak = new WeakMap();
$weak[$holder] = fresh();
$fixed = SplFixedArray::fromArray([fresh()]);
$context = stream_context_create(['http' => ['header' => fresh()['text']]]);
$contextNumber = $number();
$exception = (function ($value) { return new Exception(fresh()['text']); })(fresh());
$exceptionNumber = $number();
ini_set('zend.exception_ignore_args', 0);
$fiber = new Fiber(function () {
    $value = fresh();
    $inner = fresh();
    // On a C stack of its own, in the middle of a function of the engine's.
    array_map(function ($element) use ($value) { Fiber::suspend($element); check($value, 'fiber'); }, [$inner]);
    check($inner, 'argument in a fiber');
});
$fiber->start();
// The name of a function, which the engine keeps where no variable is.
pinned_store('name', 'on_error');
function on_error(): bool { $GLOBALS['errors'] = ($GLOBALS['errors'] ?? 0) + 1; return true; }
set_error_handler(pinned_fetch('name'));
pinned_store('name', 'something else');
[$destructured, [, $inner]] = [fresh(), [1, fresh()]];
$many = pinned_fetch_array(['fresh', 'none']);
$many['again'] = pinned_fetch('fresh');
ob_start((fn($value) => function (string $text) use ($value) { check($value, 'output'); return $text; })(fresh()));

$look = function (string $when) use (&$kept, &$part, &$string, $stringNumber, $asKey, $keyNumber, &$reference, &$same, $holder, $closure, $byReference, $iterator, $storage, $weak, $fixed, $context, $contextNumber, $exception, $exceptionNumber, &$destructured, &$inner, &$many) {
    check($kept['array element'][0], 'array element');
    check($kept['nested'][0][0]['x'] ?? $kept['nested'][0][0][0]['x'] ?? null, 'nested');
    $partNumber = (int) substr(array_key_first($part), 4);
    $part === made($partNumber)['map'] || print("part of it: changed\n");
    $string === made($stringNumber)['text'] || print("string of it: changed\n");
    array_key_first($asKey) === "key $keyNumber" && isset($asKey["key $keyNumber"]) || print("key: changed\n");
    check($GLOBALS['global'], 'global');
    check($reference, 'reference');
    check($same, 'same');
    check(Holder::$static, 'static property');
    check(in_static(), 'static variable');
    check($holder(), 'property');
    check($closure(), 'closure');
    check($byReference(), 'closure by reference');
    check(CONSTANT, 'constant');
    check($iterator->getArrayCopy(), 'iterator');
    $iterator->current() === $iterator->getArrayCopy()['list'] || print("iterator's place: changed\n");
    check($storage[$holder], 'storage');
    check($weak[$holder], 'weak map');
    check($fixed[0], 'fixed array');
    stream_context_get_options($context)['http']['header'] === made($contextNumber)['text'] || print("context: changed\n");
    $exception->getMessage() === made($exceptionNumber)['text'] || print("exception: changed\n");
    check($exception->getTrace()[0]['args'][0] ?? made(1), 'arguments of an exception');
    check($destructured, 'destructured');
    check($inner, 'destructured inside');
    check($many['fresh'], 'fetch_array');
    check($many['again'], 'again');
    trigger_error($when);
};
for ($round = 1; $round <= 3; $round++) {
    // In the middle of loops and of functions of the engine's.
    foreach (fresh() as $name => $element) {
        $name === 'number' && $iterated = $element;
        $name === 'list' && churn();
        $element === made($iterated)[$name] || print("loop: changed\n");
    }
    $walked = fresh();
    array_walk($walked, function ($element, $name, $number) { $name === 'list' && churn(); $element === made($number)[$name] || print("walk: changed\n"); }, $walked['number']);
    $sorted = fresh()['list'];
    $sortedNumber = $number();
    $calls = 0;
    usort($sorted, function ($a, $b) use (&$calls) { $calls++ === 300 && churn(); return $b <=> $a; });
    $sorted === array_reverse(made($sortedNumber)['list']) || print("sort: changed\n");
    $subject = fresh()['text'];
    $subjectNumber = $number();
    $calls = 0;
    $replaced = preg_replace_callback('/text/', function ($found) use (&$calls) { $calls++ === 5 && churn(); return 'word'; }, $subject);
    $replaced === str_replace('text', 'word', made($subjectNumber)['text']) || print("subject: changed\n");
    (function ($argument, ...$more) { churn(); check($argument, 'argument'); check($more[0], 'variadic'); check(func_get_args()[2], 'argument'); })(fresh(), fresh(), fresh());
    $generator->next();
    $generator->current() || print("generator: changed\n");
    $look("round $round");
}
$fiber->resume();
ob_end_flush();
echo $errors, "\n";
// Of more than 100 MB that went by, the 8 MB that there are keep what is in use, and up to a half in such a hurry.
var_dump(pinned_cache_info()->retired_memory < 5_000_000, pinned_cache_info()->store_failures);
unset($holder, $storage, $weak);
?>
--EXPECT--
3
bool(true)
int(0)
