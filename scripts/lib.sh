# Helpers for the scripts beside this file; to be sourced.
# shellcheck shell=bash
# shellcheck disable=SC2034 # Used by those who source it.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cache=${STATIC_CACHE_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/static-cache}
# Each step appends "<name> <passed> <failed> <skipped>"; the summary at the end adds them up.
results=${STATIC_CACHE_RESULTS:-$root/target/results}

die() {
    echo "${0##*/}: $*" >&2
    exit 1
}

# record NAME PASSED FAILED [SKIPPED]
record() {
    mkdir -p "$(dirname "$results")"
    echo "$1 $2 $3 ${4:-0}" >>"$results"
}

# The id of a PHP: 8.2-nts, 8.4-zts-debug, …
php_id() {
    "$1" -n -r 'echo PHP_MAJOR_VERSION, ".", PHP_MINOR_VERSION, "-", PHP_ZTS ? "zts" : "nts", PHP_DEBUG ? "-debug" : "";'
}
