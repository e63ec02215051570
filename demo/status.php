<?php
declare(strict_types=1);

namespace StaticCache\Demo;

/** What one pool sees of its caches: its own partition, and nothing of the other pool's. */
final class Status
{
    public static function data(): array
    {
        return [
            'pool' => \OPcache\pinned_cache_info()->partition,
            'visits' => \OPcache\pinned_atomic_increment('demo.visits'),
            'keys' => \OPcache\pinned_keys(),
            'volatile' => \get_object_vars(\OPcache\volatile_cache_info()),
            'pinned' => \get_object_vars(\OPcache\pinned_cache_info()),
        ];
    }

    public static function page(): string
    {
        $data = self::data();
        $shown = static fn (mixed $value): string => \htmlspecialchars(\is_int($value) ? \number_format($value) : (\is_string($value) ? $value : \var_export($value, true)));
        $rows = '';
        foreach ($data['pinned'] as $name => $value) {
            $rows .= "<tr><th>{$name}<td>{$shown($data['volatile'][$name])}<td>{$shown($value)}\n";
        }
        $keys = $shown(\implode(', ', $data['keys']));
        return <<<HTML
            <!doctype html><meta charset="utf-8"><title>{$shown($data['pool'])}</title>
            <style>body { font: 14px sans-serif; margin: 2em } th { text-align: left } td { padding: 0 1em; text-align: right }</style>
            <h1>{$shown($data['pool'])}</h1>
            <p>Visits of this page in this pool: {$data['visits']}. Keys of its pinned cache: {$keys}.
            <p>The other pool has its own: <a href="/shop/status">shop</a> <a href="/blog/status">blog</a>
            <table><tr><th><th>volatile<th>pinned
            {$rows}</table>
            HTML;
    }
}
