<?php
// Random values: what a fetch gives must be what unserialize(serialize()) gives, with the same calls of methods in the
// same order; of heaps, which that loses, what the original has.
//
//   php -d extension=... main.php COUNT [FIRST_SEED [SIZE]]
//
// Ends with status 1 at the first difference and prints the seed and the smallest size at which it shows.

error_reporting(E_ALL & ~E_DEPRECATED);
require __DIR__ . '/classes.inc';
require __DIR__ . '/generator.inc';
require __DIR__ . '/describe.inc';

[$count, $first, $size] = [(int) ($argv[1] ?? 1000), (int) ($argv[2] ?? 1), (int) ($argv[3] ?? 0)];
set_error_handler(function (int $kind, string $message) {
    Log::$lines[] = "error $kind: " . preg_replace('/^\S+\(\): /', '', $message);
    return true;
}, E_ALL & ~E_DEPRECATED);

/** Why the value of this seed and size is not as it should be; null if it is. */
function difference(int $seed, int $size, string $backend): ?string
{
    $store = "OPcache\\{$backend}_store";
    $fetch = "OPcache\\{$backend}_fetch";
    $value = (new Values($seed))->value($size);
    Log::$lines = [];
    $text = serialize($value);
    $stored = Log::$lines;
    Log::$lines = [];
    $thrown = null;
    try {
        $expected = unserialize($text);
    } catch (Exception $thrown) {
        $expected = null;
    }
    $fetched = Log::$lines;
    if (PHP_VERSION_ID >= 80500) {
        // Of elements of a heap that is made anew by comparing.
        $fetched = array_values(preg_grep('/could not be converted to/', $fetched, PREG_GREP_INVERT));
    }
    $before = Describer::of($value);
    Log::$lines = [];
    try {
        $store('value', $value, throw_on_error: true);
    } catch (OPcache\StaticCacheException $e) {
        return $e->getMessage();
    }
    if (Log::$lines !== $stored) {
        return "calls at store:\n" . lines_apart($stored, Log::$lines);
    }
    if (Describer::of($value) !== $before) {
        return "the value is another one after the store:\n" . apart($before, Describer::of($value));
    }
    if ($thrown !== null) {
        // A method finds fault with what it is given: so it must at a fetch.
        try {
            $fetch('value');
            return 'no exception at fetch, but ' . $thrown->getMessage();
        } catch (Exception $e) {
            return get_class($e) . $e->getMessage() === get_class($thrown) . $thrown->getMessage() ? null : "other exception: $e";
        }
    }
    $wanted = Describer::of($expected, false);
    $previous = null;
    for ($round = 0; $round < 3; $round++) {
        Log::$lines = [];
        $got = $fetch('value', 'a miss');
        $calls = Log::$lines;
        $described = Describer::of($got, false);
        if ($described !== $wanted && is_array_in_itself($wanted, $described, $before)) {
            $GLOBALS['left_out']++;
            return null;
        }
        if ($calls !== $fetched) {
            return "calls at fetch:\n" . lines_apart($fetched, $calls);
        }
        if ($described !== $wanted) {
            return "round $round:\n" . apart($wanted, $described);
        }
        if (heaps(Describer::of($got)) !== heaps($before)) {
            return "heaps:\n" . apart(heaps($before), heaps(Describer::of($got)));
        }
        if (is_object($got) && !$got instanceof UnitEnum && $got === $previous) {
            return 'two fetches gave the same object';
        }
        $previous = $got;
        if ($seed % 3 === 0) {
            gc_collect_cycles();
        }
    }
    ruin($got);
    if (Describer::of($fetch('value'), false) !== $wanted) {
        return 'changing a fetched value changed the stored one';
    }
    unset($value, $got, $expected, $previous);
    if ($seed % 5 === 0) {
        gc_collect_cycles();
    }
    return null;
}

/** serialize() writes null for an array that it meets within itself (by way of an object); a fetch gives the array. */
function is_array_in_itself(string $wanted, string $got, string $original): bool
{
    [$wanted, $got] = [explode("\n", $wanted), explode("\n", $got)];
    for ($i = 0; ($wanted[$i] ?? null) === ($got[$i] ?? null); $i++);
    return str_ends_with($wanted[$i] ?? '', ' = N;')
        && preg_match('/ = (&\w+ )?array\(\d+\)$/', $got[$i] ?? '')
        && in_array(preg_replace('/&\w+ /', '', $got[$i]), explode("\n", preg_replace('/&\w+ /', '', $original)), true);
}

/** Writes into a value wherever that is allowed. */
function ruin(mixed &$value, int $depth = 0): void
{
    if ($depth > 5) {
        return;
    }
    if (is_array($value)) {
        foreach ($value as &$part) {
            ruin($part, $depth + 1);
        }
        unset($part);
        $value['ruined'] = $depth;
    } elseif ($value instanceof stdClass || $value instanceof Open) {
        $value->ruined = 1;
        foreach (get_object_vars($value) as $name => $_) {
            $value->$name = 'ruined';
        }
    } elseif ($value instanceof ArrayAccess && !$value instanceof SplObjectStorage && !$value instanceof SplFixedArray) {
        $value[] = 'ruined';
    } elseif (is_string($value)) {
        $value .= 'ruined';
    }
}

function heaps(string $text): string
{
    $lines = preg_grep('/!\[.*Spl(Heap|PriorityQueue)/', explode("\n", $text));
    return preg_replace('/(object|[A-Z]\w*) \d+$/m', 'object', implode("\n", $lines));
}

function apart(string $wanted, string $got): string
{
    return lines_apart(explode("\n", $wanted), explode("\n", $got));
}

function lines_apart(array $wanted, array $got): string
{
    for ($i = 0; ($wanted[$i] ?? null) === ($got[$i] ?? null); $i++);
    $show = fn(array $lines) => implode("\n", array_slice($lines, max(0, $i - 3), 8));
    return "wanted (from line $i):\n" . $show($wanted) . "\ngot:\n" . $show($got) . "\n";
}

$left_out = 0;
for ($seed = $first; $seed < $first + $count; $seed++) {
    $backend = $seed % 2 ? 'volatile' : 'pinned';
    $sizes = $size ? [$size] : [4 + $seed % 60];
    $why = difference($seed, $sizes[0], $backend);
    if ($why === null) {
        continue;
    }
    for ($smaller = 1; $smaller < $sizes[0]; $smaller++) {
        if ($less = difference($seed, $smaller, $backend)) {
            [$why, $sizes] = [$less, [$smaller]];
            break;
        }
    }
    echo "seed $seed, size $sizes[0]: $why\nreproduce: main.php 1 $seed $sizes[0]\nvalue: ";
    var_dump((new Values($seed))->value($sizes[0]));
    exit(1);
}
echo "$count values, of which serialize() loses an array in $left_out\n";
