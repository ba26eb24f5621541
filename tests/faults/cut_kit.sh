#!/bin/bash
# cut_kit.sh: what the tests of clocks and cuts share. Sourced after kit.sh.
CTL=$BUILD/weikectl

# cut NAME…: the power-cut loop (tests/powercut/test_powercut.c) survived being cut in that way.
cut() {
    local log=${UNIT_LOGS:-$WORK}/test_powercut name
    [ -x "$BUILD/test/test_powercut" ] || fail "test_powercut is not built (make test-programs)"
    [ -f "$log" ] || "$BUILD/test/test_powercut" >"$log" 2>&1
    for name; do
        grep -qE "^ok $name: " "$log" || { tail -20 "$log"; fail "power-cut loop: $name"; }
        grep -E "^ok $name: " "$log"
    done
}

# at DATE COMMAND…: with the wall clock at that date; clocks that only count are left alone.
at() {
    need faketime
    local date=$1
    shift
    DONT_FAKE_MONOTONIC=1 faketime -f "@$date" "$@"
}

field() { "$CTL" status --json --data "$1" | python3 -c 'import json, sys; print(json.load(sys.stdin)[sys.argv[1]])' "$2"; } # DATA KEY

# script NAME ARGUMENTS…: a script of tests/powercut; what it cannot do here is passed on.
script() {
    local rc kept
    kept=${UNIT_LOGS:-$WORK}/$(basename "$1")-${*:2}
    if [ -f "$kept" ]; then # the same run of `make test` has it already
        rc=$(tail -n 1 "$kept")
        sed '$d' "$kept" >"$WORK/script.log"
    else
        bash "$ROOT/tests/powercut/$1" "$BUILD" "${@:2}" >"$WORK/script.log" 2>&1
        rc=$?
    fi
    cat "$WORK/script.log"
    [ $rc != 77 ] || not_here "$(sed -n 's/^skip [^:]*: not possible here, because //p' "$WORK/script.log" | tail -1)"
    [ $rc = 0 ] || fail "$1"
}
