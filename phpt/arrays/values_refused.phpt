--TEST--
A resource or a Closure among the values of *_store_array() is a TypeError, before any object is asked and anything is stored
--EXTENSIONS--
static_cache
--INI--
opcache.static_cache.volatile_size_mb=8
opcache.static_cache.pinned_size_mb=8
--FILE--
<?php
require __DIR__ . '/../helpers/compare.inc';

class Asked
{
    public function __serialize(): array
    {
        echo "asked\n";
        return [];
    }

    public function __unserialize(array $data): void {}
}

class Invoked
{
    public function __invoke() {}
}

$closure = fn() => 1;
$gone = fopen('php://memory', 'r');
fclose($gone);
$values = [
    'Closure' => ['first' => new Asked, 'k' => $closure, 'last' => STDIN],
    'resource' => ['k' => STDIN],
    'closed resource' => ['k' => $gone],
    'of a method' => [7 => (new Invoked)->__invoke(...)],
    'by reference' => [-1 => &$closure],
    'odd key' => ["a\"b\\c\0\n" => STDIN],
    'long key' => [str_repeat('k', 60_000) => STDIN],
    'empty key before' => ['' => 1, 'k' => STDIN],
    'packed' => [1, 2, $closure],
    'inside' => ['k' => [$closure]],
    'invokable' => ['k' => new Invoked],
];
foreach (['volatile', 'pinned'] as $backend) {
    of($backend, 'store')('k', 'before');
    foreach ($values as $name => $array) {
        $said = array_map(fn($throwing) => outcome(fn() => of($backend, 'store_array')($array, throw_on_error: $throwing)), [false, true]);
        echo "$name: ", str_replace("OPcache\\{$backend}_", '', implode(', ', array_unique($said))), "\n";
    }
    var_dump(of($backend, 'keys')(), get_debug_type(of($backend, 'fetch')('k')), of($backend, 'cache_info')()->store_failures);
}
?>
--EXPECT--
Closure: TypeError: store_array(): Argument #1 ($values) must contain only values of type null|bool|int|float|string|array|object, Closure given (key "k")
resource: TypeError: store_array(): Argument #1 ($values) must contain only values of type null|bool|int|float|string|array|object, resource given (key "k")
closed resource: TypeError: store_array(): Argument #1 ($values) must contain only values of type null|bool|int|float|string|array|object, resource given (key "k")
of a method: TypeError: store_array(): Argument #1 ($values) must contain only values of type null|bool|int|float|string|array|object, Closure given (key "7")
by reference: TypeError: store_array(): Argument #1 ($values) must contain only values of type null|bool|int|float|string|array|object, Closure given (key "-1")
odd key: TypeError: store_array(): Argument #1 ($values) must contain only values of type null|bool|int|float|string|array|object, resource given (key "a\"b\\c\x00\n")
long key: TypeError: store_array(): Argument #1 ($values) must contain only values of type null|bool|int|float|string|array|object, resource given (key "kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk...")
empty key before: ValueError: store_array(): Argument #1 ($values) must contain only non-empty keys
packed: TypeError: store_array(): Argument #1 ($values) must contain only values of type null|bool|int|float|string|array|object, Closure given (key "2")
inside: false, OPcache\StaticCacheException: volatile cache: $values['k'][0] cannot be stored: it is a Closure
invokable: true
array(1) {
  [0]=>
  string(1) "k"
}
string(7) "Invoked"
int(2)
Closure: TypeError: store_array(): Argument #1 ($values) must contain only values of type null|bool|int|float|string|array|object, Closure given (key "k")
resource: TypeError: store_array(): Argument #1 ($values) must contain only values of type null|bool|int|float|string|array|object, resource given (key "k")
closed resource: TypeError: store_array(): Argument #1 ($values) must contain only values of type null|bool|int|float|string|array|object, resource given (key "k")
of a method: TypeError: store_array(): Argument #1 ($values) must contain only values of type null|bool|int|float|string|array|object, Closure given (key "7")
by reference: TypeError: store_array(): Argument #1 ($values) must contain only values of type null|bool|int|float|string|array|object, Closure given (key "-1")
odd key: TypeError: store_array(): Argument #1 ($values) must contain only values of type null|bool|int|float|string|array|object, resource given (key "a\"b\\c\x00\n")
long key: TypeError: store_array(): Argument #1 ($values) must contain only values of type null|bool|int|float|string|array|object, resource given (key "kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk...")
empty key before: ValueError: store_array(): Argument #1 ($values) must contain only non-empty keys
packed: TypeError: store_array(): Argument #1 ($values) must contain only values of type null|bool|int|float|string|array|object, Closure given (key "2")
inside: false, OPcache\StaticCacheException: pinned cache: $values['k'][0] cannot be stored: it is a Closure
invokable: true
array(1) {
  [0]=>
  string(1) "k"
}
string(7) "Invoked"
int(2)
