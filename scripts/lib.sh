# Helpers for the scripts beside this file; to be sourced.
# shellcheck shell=bash
# shellcheck disable=SC2034 # Used by those who source it.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cache=${STATIC_CACHE_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/static-cache}
# Each step appends "<name> <passed> <failed> <skipped>"; the summary at the end adds them up.
results=${STATIC_CACHE_RESULTS:-$root/target/results}

# Folders of phpt/ whose tests depend on how PHP runs code: with OPcache or without, compiled or not. All others are about
# processes, servers and settings, and say the same in each mode.
code_tests=(api arrays atomics differential engine-caches errors keys lifetime objects opcache statics threads ttl values)

die() {
    echo "${0##*/}: $*" >&2
    exit 1
}

# record NAME PASSED FAILED [SKIPPED]
record() {
    mkdir -p "$(dirname "$results")"
    echo "$1 $2 $3 ${4:-0}" >>"$results"
}

# counted NAME COMMAND...: runs cargo test and records what its summary lines say.
counted() {
    local name=$1 log status=0 passed failed
    shift
    log=$(mktemp)
    "$@" 2>&1 | tee "$log" || status=$?
    passed=$(sed -nE 's/^test result: .* ([0-9]+) passed.*/\1/p' "$log" | awk '{ sum += $1 } END { print sum + 0 }')
    failed=$(sed -nE 's/^test result: .* ([0-9]+) failed.*/\1/p' "$log" | awk '{ sum += $1 } END { print sum + 0 }')
    rm -f "$log"
    if [ "$status" -ne 0 ] && [ "$failed" -eq 0 ] || [ "$passed" -eq 0 ]; then failed=1; fi
    record "$name" "$passed" "$failed"
    [ "$failed" -eq 0 ]
}

# The id of a PHP: 8.2-nts, 8.4-zts-debug, …
php_id() {
    "$1" -n -r 'echo PHP_MAJOR_VERSION, ".", PHP_MINOR_VERSION, "-", PHP_ZTS ? "zts" : "nts", PHP_DEBUG ? "-debug" : "";'
}
