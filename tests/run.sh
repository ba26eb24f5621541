#!/bin/bash
# run.sh BUILD MODE: every test; one line each; ends in "N passed, N failed". A failed one shows its output.
#
# tests/unit/test_x.c   cmocka, counted by test case          tests/lint       the rules of the house
# tests/e2e/*.sh        whole programs                        tests/powercut   a slice of the power-cut loop
# tests/fuzz            each target on its corpus, briefly         tests/faults     every attack and fault we know, by number
# A script prints "ok NAME", "not ok NAME" or "skip NAME: why" a line for each thing it shows. What a machine cannot
# do is said aloud as skipped and never counts as passed.
set -u
build=$(cd "$1" && pwd)
mode=${2:-release}
here=$(cd "$(dirname "$0")" && pwd)
cd "$here/.." || exit 1
passed=0 failed=0 skipped=0
log=$(mktemp)
TMPDIR=$(mktemp -d)
chmod 755 "$TMPDIR" # servers of the tests drop root
export TMPDIR BUILD=$build SDL_AUDIODRIVER=dummy TZ=Asia/Shanghai LC_ALL=C.UTF-8 WEIKE_LOG=${WEIKE_LOG:-error}
# Only for programs of MODE=asan and MODE=tsan; others do not look at them.
export ASAN_OPTIONS=detect_stack_use_after_return=1:strict_string_checks=1 UBSAN_OPTIONS=print_stacktrace=1
export LSAN_OPTIONS="suppressions='$PWD/tests/lsan.supp':print_suppressions=0"
export TSAN_OPTIONS="suppressions='$PWD/tests/tsan.supp':second_deadlock_stack=1:halt_on_error=1"
trap 'rm -rf "$log" "$TMPDIR"; kill $xvfb 2>/dev/null' EXIT
xvfb=

# One display for all that needs one. Below 10, where MIT-SHM is used by every program.
if command -v Xvfb >/dev/null; then
    for n in 8 7 6 5 4; do
        [ -e /tmp/.X11-unix/X$n ] && continue
        Xvfb :$n -screen 0 1920x1080x24 -nolisten tcp >/dev/null 2>&1 &
        xvfb=$!
        for _ in $(seq 50); do [ -e /tmp/.X11-unix/X$n ] && break; sleep 0.1; done
        export DISPLAY=:$n
        break
    done
fi

show() { sed 's/^/    /' "$log" | tail -60; }

UNIT_LOGS=$TMPDIR/unit-logs # the faults look up there what was shown already
mkdir -p "$UNIT_LOGS"
export UNIT_LOGS

unit() {
    local name=${1##*/} p f s
    timeout -k 5 "${UNIT_SECONDS:-120}" "$1" >"$log" 2>&1
    local rc=$?
    cp "$log" "$UNIT_LOGS/$name"
    p=$(sed -nE 's/^\[  PASSED  \] ([0-9]+) test.*/\1/p' "$log" | tail -1)
    f=$(sed -nE 's/^\[  FAILED  \] ([0-9]+) test.*/\1/p' "$log" | tail -1)
    s=$(grep -c '^\[  SKIPPED \] test' "$log")
    passed=$((passed + ${p:-0})) failed=$((failed + ${f:-0})) skipped=$((skipped + s))
    if [ $rc -ne 0 ]; then
        [ -n "${f:-}" ] || failed=$((failed + 1))
        echo "FAILED $name (status $rc)"
        show
    else
        echo "ok     $name: ${p:-0}"
    fi
    grep -h '^skip' "$log"
}

script() { # NAME COMMAND…: counts the script's own lines
    local name=$1
    shift
    timeout -k 5 "${SCRIPT_SECONDS:-600}" "$@" >"$log" 2>&1
    local rc=$? p f s
    p=$(grep -c '^ok ' "$log") f=$(grep -c '^not ok ' "$log") s=$(grep -c '^skip ' "$log")
    passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
    if [ $rc -ne 0 ] || [ "$f" -ne 0 ]; then
        [ "$f" -ne 0 ] || failed=$((failed + 1))
        echo "FAILED $name (status $rc)"
        show
    elif [ "$p" -eq 0 ] && [ "$s" -eq 0 ]; then
        failed=$((failed + 1))
        echo "FAILED $name: it showed nothing"
        show
    else
        echo "ok     $name: $p"
    fi
    grep '^skip ' "$log"
}

for t in "$build"/test/test_*; do
    # Only what has a source: a test that was removed must not run on as an old binary.
    [ -x "$t" ] && [ -f "tests/unit/${t##*/}.c" ] && unit "$t"
done
if [ "$mode" = release ]; then
    script lint tests/lint/test.sh
    for t in tests/e2e/*.sh; do script "e2e/${t##*/}" bash "$t" "$build"; done
    SCRIPT_SECONDS=900 script faults tests/faults/run.sh "$build" test
    script powercut tests/powercut/run.sh "$build" slice
    script fuzz tests/fuzz/run.sh "$build" slice
else # what a sanitizer has something to say about: the whole kiosk, with its threads
    script e2e/kiosk.sh bash tests/e2e/kiosk.sh "$build"
fi
[ "$skipped" -eq 0 ] || echo "$skipped skipped on this machine, each with its reason above"
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
