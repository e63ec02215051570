<?php
declare(strict_types=1);

namespace StaticCache\Bench;

/** Makes results out of the times of a race. */
final class Compare
{
    /**
     * The slowest of `$ours` against the fastest of `$peers`.
     *
     * @param array<string, array{min: float, median: float}> $times
     * @param list<string>                                    $ours
     * @param list<string>                                    $peers names before the serializer's
     */
    public static function slowest(
        string $row,
        string $check,
        string $case,
        array $times,
        array $ours,
        array $peers,
        ?float $limit,
        string $note = '',
    ): Result {
        $mine = \array_intersect_key($times, \array_flip($ours));
        $theirs = \array_filter(
            $times,
            static fn (string $label): bool => \in_array(\explode('/', $label)[0], $peers, true),
            \ARRAY_FILTER_USE_KEY,
        );
        if ($mine === [] || $theirs === []) {
            $missing = $mine === [] ? 'the module is not loaded' : 'this PHP has no APCu';
            return new Result($row, $check, $case, null, $limit, note: $missing);
        }
        $own = \max(\array_column($mine, 'min'));
        $peer = \min(\array_column($theirs, 'min'));
        $detail = ['own' => $own];
        foreach ($theirs as $label => $time) {
            $detail[$label] = $time['min'];
        }
        return new Result($row, $check, $case, $own / $peer, $limit, detail: $detail, note: $note);
    }

    /** @param list<Result> $results */
    public static function geometricMean(string $row, string $check, array $results, float $limit): Result
    {
        $values = [];
        foreach ($results as $result) {
            if ($result->value !== null) {
                $values[] = \log($result->value);
            }
        }
        $mean = $values === [] ? null : \exp(\array_sum($values) / \count($values));
        $note = $values === [] ? $results[0]->note ?? '' : '';
        return new Result($row, "{$check}, geometric mean", 'all', $mean, $limit, note: $note);
    }
}
