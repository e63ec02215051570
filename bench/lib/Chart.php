<?php
declare(strict_types=1);

namespace StaticCache\Bench;

/** The summary as bars: how far each result is from its target. */
final class Chart
{
    private const LINE = 18;
    private const LABELS = 470;
    private const BARS = 420;
    /** The target lies in the middle; the ends are ten times as good and ten times as bad. */
    private const DECADES = 1.0;

    /** @param list<array{lab: array{php: string, jit: string}, result: Result}> $summary */
    public static function svg(array $summary): string
    {
        $bars = '';
        $y = 2 * self::LINE;
        $target = self::LABELS + self::BARS / 2;
        foreach ($summary as ['lab' => $lab, 'result' => $result]) {
            if ($result->value === null) {
                continue;
            }
            $where = $lab['php'] === Report::CORE ? '' : ", {$lab['php']}" . ($lab['jit'] === 'off' ? '' : ' JIT');
            $label = \htmlspecialchars("{$result->row} {$result->check}{$where}");
            $length = self::distance($result) * self::BARS / 2;
            $bars .= \sprintf(
                "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%s</text><rect x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"%d\" fill=\"%s\"/>\n",
                self::LABELS - 8,
                $y + 12,
                $label,
                \min($target, $target + $length),
                $y + 2,
                \max(1.0, \abs($length)),
                self::LINE - 5,
                $result->verdict() === 'pass' ? '#3a8f5c' : '#c2503f',
            );
            $y += self::LINE;
        }
        $width = self::LABELS + self::BARS + 20;
        $height = $y + self::LINE;
        $left = self::LABELS;
        $right = self::LABELS + self::BARS;
        return <<<SVG
            <svg xmlns="http://www.w3.org/2000/svg" width="{$width}" height="{$height}" font-family="sans-serif" font-size="11">
            <rect width="100%" height="100%" fill="#fff"/>
            <text x="{$left}" y="20">10 times better than the target</text>
            <text x="{$target}" y="20" text-anchor="middle" font-weight="bold">target</text>
            <text x="{$right}" y="20" text-anchor="end">10 times worse</text>
            <line x1="{$target}" y1="26" x2="{$target}" y2="{$y}" stroke="#333"/>
            {$bars}</svg>

            SVG;
    }

    /** From -1, far better, to 1, far worse than the target. */
    private static function distance(Result $result): float
    {
        if ($result->limit <= 0 || $result->value <= 0) {
            return $result->verdict() === 'pass' ? ($result->limit > 0 ? -1.0 : 0.0) : 1.0;
        }
        $distance = \log10($result->value / $result->limit) / self::DECADES;
        return \max(-1.0, \min(1.0, $result->least ? -$distance : $distance));
    }
}
