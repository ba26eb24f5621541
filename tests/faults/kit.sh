#!/bin/bash
# kit.sh: what the tests of FAULTS share. A test tests/faults/NN_name.sh gets the build folder as $1; status 0 = shown,
# 77 = not possible here (its last line says why), anything else = failed.
set -u
BUILD=$(cd "$1" && pwd)
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
export BUILD ROOT LC_ALL=C.UTF-8 TZ=Asia/Shanghai WEIKE_LOG=${WEIKE_LOG:-error}
WORK=$(mktemp -d)
trap 'cleanup 2>/dev/null; rm -rf "$WORK"' EXIT
cleanup() { :; }

fail() { echo "failed: $*"; exit 1; }
not_here() { echo "not possible here, because $*"; exit 77; }
need() { local c; for c; do command -v "$c" >/dev/null || not_here "$c is not installed"; done; }

# unit PROGRAM TESTCASE…: those cmocka tests ran and passed.
unit() {
    local program=$1 log=$WORK/unit.log t
    shift
    [ -x "$BUILD/test/$program" ] || fail "$program is not built (make test-programs)"
    if [ -f "${UNIT_LOGS:-}/$program" ]; then # the same run of `make test` has it already
        log=$UNIT_LOGS/$program
    else
        timeout -k 5 180 "$BUILD/test/$program" >"$log" 2>&1
    fi
    for t; do
        grep -qF "[       OK ] $t" "$log" || { tail -20 "$log"; fail "$program: $t"; }
        echo "shown by tests/unit/$program.c: $t"
    done
}
