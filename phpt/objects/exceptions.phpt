--TEST--
Exceptions of all kinds come back as from unserialize(serialize()): file, line and trace too, those of the fetch where nothing was stored of them
--EXTENSIONS--
static_cache
--INI--
zend.exception_ignore_args=0
opcache.static_cache.volatile_size_mb=32
opcache.static_cache.pinned_size_mb=32
--FILE--
<?php
class Plain extends LogicException { public $detail = [1]; protected static $calls = 0; }
class Unconstructed extends Exception { public function __construct(public string $given) {} }
class Redeclared extends Error { public $message = 'redeclared'; public string $file = 'nowhere'; protected int $line = 0; }
class WithoutDefault extends Exception { protected string $file; private $trace = 'own'; }
class Sleeps extends Exception { public $kept = 'kept'; public function __sleep(): array { return ['kept', 'message']; } }
class SleepsWithPlaces extends Exception { public function __sleep(): array { return ['file', 'line']; } }
class SleepsWithTrace extends Error { public function __sleep(): array { return ["\0Error\0trace"]; } }
class Wakes extends Exception { public $woken = false; public function __wakeup(): void { $this->woken = $this->getLine(); } }
class Unserializes extends Exception {
    public $data;
    public function __serialize(): array { return ['text' => $this->message]; }
    public function __unserialize(array $data): void { $this->data = $data; }
}
class Serializes extends ErrorException { public function __serialize(): array { return ['message' => 'given', 'line' => 7]; } }
function thrown(mixed ...$arguments): Throwable
{
    try {
        (function (array $list) { throw new Plain('thrown', 5, new Exception('first', 1, new TypeError('zeroth'))); })($arguments);
    } catch (Exception $e) {
        return $e;
    }
}
function without(Throwable $e, string ...$names): Throwable
{
    Closure::bind(function () use ($names) { foreach ($names as $name) { unset($this->$name); } }, $e, $e::class)();
    return $e;
}
/** All properties, but of a frame that calls one of the two the place only; objects by their properties. */
function described(mixed $value): mixed
{
    if (is_object($value)) {
        return [get_class($value), array_map('described', (array) $value)];
    }
    if (is_array($value)) {
        if (in_array($value['function'] ?? '', ['unserialize', 'OPcache\pinned_fetch'])) {
            unset($value['function'], $value['args']);
        }
        return array_map('described', $value);
    }
    return $value;
}
$cases = [
    'as the engine makes it' => new Exception('text', 3),
    'an error' => new Error('text'),
    'severity' => new ErrorException('text', 1, E_WARNING, 'elsewhere', 12, new Exception),
    'thrown, with previous ones and arguments' => thrown(1, 'two', [3], new ArrayObject([4])),
    'the engine\'s own' => (function () { try { intdiv(1, 0); } catch (Error $e) { return $e; } })(),
    'of modules' => [new JsonException('json'), new UnexpectedValueException, new UnhandledMatchError, new ParseError('parse')],
    'constructor not called' => new Unconstructed('given'),
    'made without constructor' => (new ReflectionClass('ErrorException'))->newInstanceWithoutConstructor(),
    'redeclared' => new Redeclared,
    'no default, own trace' => new WithoutDefault('text'),
    '__sleep()' => new Sleeps('text'),
    '__sleep() with file and line' => new SleepsWithPlaces('text'),
    '__sleep() with the trace' => new SleepsWithTrace('text'),
    '__wakeup()' => new Wakes('text'),
    '__unserialize()' => new Unserializes('text'),
    '__serialize()' => new Serializes('text'),
    'file unset' => without(new Plain('text'), 'file'),
    'all unset' => without(new Redeclared('text'), 'file', 'line', 'message', 'code'),
];
$cases['all at once'] = [array_values($cases), $cases];
foreach ($cases as $what => $value) {
    OPcache\pinned_store('e', $value, throw_on_error: true);
    $text = serialize($value);
    for ($i = 0; $i < 2; $i++) {
        // On one line, for what says where it was made.
        [$wanted, $got] = [unserialize($text), OPcache\pinned_fetch('e')];
        if (described($wanted) !== described($got)) {
            echo "$what: ", var_export(described($wanted), true), "\n", var_export(described($got), true), "\n";
        }
    }
}
echo count($cases), " compared\n";
$got = OPcache\pinned_fetch('e')[1]['severity'];
try {
    clone $got;
} catch (Error $e) {
    echo $e->getMessage(), "\n";
}
try {
    throw $got;
} catch (ErrorException $e) {
    var_dump($e === $got, $e->getSeverity(), $e->getLine(), get_class($e->getPrevious()));
}
?>
--EXPECT--
19 compared
Trying to clone an uncloneable object of class ErrorException
bool(true)
int(2)
int(12)
string(9) "Exception"
