#!/bin/bash
# runs: early
# needs: test/test_player_main
# valgrind.sh BUILD: the player of a release build, opened and closed a hundred times, loses no memory and reads none that
# nobody wrote. It is the build that people run, and valgrind looks into libraries that a sanitizer was not compiled into.
set -u
build=$(cd "$1" && pwd)
cd "$(dirname "$0")/../.." || exit 1
test=$build/test/test_player_main
case=opens_and_closes_a_hundred_times
command -v valgrind >/dev/null || { echo "skip valgrind: it is not installed"; exit 0; }
[ -x "$test" ] || { echo "not ok valgrind: $test is missing; make unit-tests builds it"; exit 1; }
if ldd "$test" | grep -qE 'lib[at]san'; then echo "skip valgrind: this build has a sanitizer in it"; exit 0; fi

log=$(mktemp)
trap 'rm -f "$log"' EXIT
# No session bus: what libdbus keeps is not what is looked for.
BUILD=$build SDL_AUDIODRIVER=dummy DBUS_SESSION_BUS_ADDRESS=disabled: WEIKE_TEST_SLOW=1 CMOCKA_TEST_FILTER=$case \
    valgrind --quiet --leak-check=full --errors-for-leak-kinds=definite --show-leak-kinds=definite --error-exitcode=9 \
    --num-callers=30 "$test" >"$log" 2>&1
rc=$?
# A filter that matches nothing passes too: the case must have run.
if [ $rc -eq 0 ] && grep -q "^\[       OK \] $case" "$log"; then
    echo "ok valgrind: 100 times opened and closed, no memory lost"
else
    tail -60 "$log"
    echo "not ok valgrind: 100 times opened and closed (status $rc)"
    exit 1
fi
