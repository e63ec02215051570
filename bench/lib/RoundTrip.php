<?php
declare(strict_types=1);

namespace StaticCache\Bench;

/** Whether a value came back as it went in. */
final class RoundTrip
{
    public static function check(string $what, mixed $expected, mixed $got): void
    {
        // serialize() tells apart what === does not: the bits of floats, and which elements are references of which.
        if (\serialize($expected) !== \serialize($got)) {
            throw new \RuntimeException(\sprintf(
                '%s: the value did not round-trip: expected %s, got %s',
                $what,
                self::shown($expected),
                self::shown($got),
            ));
        }
        // Objects of a fetch are the caller's own, never the same.
        if (!\str_contains(\serialize($expected), 'O:') && $expected !== $got) {
            throw new \RuntimeException("{$what}: the value came back with the same text but is not identical");
        }
    }

    private static function shown(mixed $value): string
    {
        return \substr(\serialize($value), 0, 200);
    }
}
