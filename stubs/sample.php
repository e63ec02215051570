<?php

/**
 * What an application does with the cache: for static analysis, which must find nothing here (scripts/test-stubs), given
 * the stub. It also runs.
 */

declare(strict_types=1);

use OPcache\StaticCacheException;
use OPcache\StaticCacheInfo;

use function OPcache\{pinned_atomic_increment, pinned_remember, volatile_cache_info, volatile_fetch, volatile_fetch_array, volatile_keys, volatile_lock, volatile_store, volatile_unlock};

/** @return array<string, array{string, string}> */
function routes(): array
{
    return pinned_remember('sample.routes', static fn(): array => ['/' => ['GET', 'home']]);
}

function visits(): int
{
    $visits = pinned_atomic_increment('sample.visits', step: 1);
    return $visits === false ? 0 : $visits;
}

function name_of(int $id): string
{
    $user = volatile_fetch("sample.user.$id");
    if (!is_array($user) || !is_string($user['name'] ?? null)) {
        $user = ['name' => "User $id"];
        volatile_store("sample.user.$id", $user, ttl: 300);
    }
    return $user['name'];
}

function report(StaticCacheInfo $info): string
{
    return sprintf('%d entries, %d bytes%s', $info->entry_count, $info->used_memory, $info->failure_reason ?? '');
}

if (volatile_lock('sample.report', lease: 10)) {
    try {
        volatile_store('sample.report', report(volatile_cache_info()), 0, throw_on_error: true);
    } catch (StaticCacheException $error) {
        volatile_unlock('sample.report');
        fwrite(STDERR, $error->getMessage());
    }
}
foreach (volatile_fetch_array(['sample.report'], ['none']) as $key => $value) {
    echo $key, ' ', get_debug_type($value), "\n";
}
echo implode(' ', array_keys(routes())), ' ', visits(), ' ', name_of(7), ' ', count(volatile_keys('sample.')), "\n";
