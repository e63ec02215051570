# Sourced by bench/run and demo/run: a scratch folder, and an end that leaves nothing behind.
#
# Whoever starts a process that must not outlive the run makes it the leader of its own process group and leaves an
# empty file of that number in $scratch/groups.

scratch=$(mktemp -d)
mkdir "$scratch/groups"
driver=

finish() {
    local group
    [ -z "$driver" ] || kill "$driver" 2>/dev/null || true
    for group in "$scratch"/groups/*; do
        [ -e "$group" ] && kill -KILL -- "-${group##*/}" 2>/dev/null || true
    done
    rm -rf "$scratch"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# Runs a command so that a signal to this shell is handled at once, not when the command has ended.
drive() {
    "$@" &
    driver=$!
    local status=0
    wait "$driver" || status=$?
    driver=
    return "$status"
}
