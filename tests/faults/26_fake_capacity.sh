#!/bin/bash
# A stick that takes everything and keeps the first part: never "may be pulled out".
source "$(dirname "$0")/kit.sh"
source "$(dirname "$0")/stick_kit.sh"
village v 5000
bad_stick "$WORK/back" "$WORK/stick" wrap 50000
"$CTL" stick export "$WORK/stick" --data "$WORK/v" >"$WORK/out" 2>&1 && fail "called good"
cat "$WORK/out"
grep -q "loses data" "$WORK/out" || fail "not told"
grep -q "may be pulled out" "$WORK/out" && fail "called safe"
"$CTL" status --json --data "$WORK/v" | grep -q '"statements_waiting":5000' || fail "records were given up"
unit test_stick what_reads_back_differently_is_told
