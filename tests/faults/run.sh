#!/bin/bash
# run.sh BUILD [test] [NN…]: every fault and attack this project knows (or the rows named), as a table: pass, fail, or why it
# is not possible on this machine. The rows with their texts are in rows.txt; a row without a test counts as failed.
# `test`: without the rows marked "open", which are known not to be met yet.
set -u
build=$(cd "$1" && pwd)
shift
here=$(cd "$(dirname "$0")" && pwd)
open=1
if [ "${1:-}" = test ]; then open=0; shift; fi
log=$(mktemp)
trap 'rm -f "$log"' EXIT
pass=0 fail=0 absent=0
while IFS='|' read -r nn text mark; do
    [ $# -eq 0 ] || [[ " $* " == *" $nn "* ]] || continue
    if [ $open = 0 ] && [ "$mark" = open ]; then continue; fi
    tests=("$here/$nn"_*.sh)
    if [ ! -e "${tests[0]}" ]; then
        echo "not ok $nn $text: no test"
        fail=$((fail + 1))
        continue
    fi
    timeout -k 5 "${FAULT_SECONDS:-180}" bash "${tests[0]}" "$build" >"$log" 2>&1 </dev/null
    case $? in
        0) echo "ok $nn $text"; pass=$((pass + 1)) ;;
        77) echo "skip $nn $text: $(tail -n 1 "$log")"; absent=$((absent + 1)) ;;
        *) echo "not ok $nn $text"; sed 's/^/    /' "$log" | tail -25; fail=$((fail + 1)) ;;
    esac
done <"$here/rows.txt"
echo "faults: $pass pass, $fail fail, $absent not possible here"
[ "$fail" -eq 0 ]
