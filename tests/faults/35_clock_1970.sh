#!/bin/bash
# The clock says 1970, as after a dead battery: lessons come in, members, records and receipts work; it is said.
source "$(dirname "$0")/kit.sh"
source "$(dirname "$0")/stick_kit.sh"
source "$(dirname "$0")/cut_kit.sh"
content "$WORK/stick" 1 1
village v 3
mkdir "$WORK/mailbag"
then='1970-01-02 00:00:00'
at "$then" "$CTL" import "$WORK/stick" --data "$WORK/v" >"$WORK/out" 2>&1 || { cat "$WORK/out"; fail "import in 1970"; }
at "$then" "$CTL" member add --name 王小明 --id m1 --data "$WORK/v" >/dev/null || fail "a member in 1970"
at "$then" "$CTL" stick export "$WORK/mailbag" --data "$WORK/v" >"$WORK/out" 2>&1 || { cat "$WORK/out"; fail "records onto a stick in 1970"; }
at "$then" "$CTL" doctor --data "$WORK/v" >"$WORK/out" 2>&1 && fail "doctor does not mind 1970"
grep -q "cannot be true" "$WORK/out" || fail "doctor does not name the clock"
at "$then" "$CTL" status --json --data "$WORK/v" >"$WORK/json" || fail "status in 1970"
python3 -c '
import json, sys
s = json.load(open(sys.argv[1]))
assert s["clock_trust"] == "floor" and s["clock_ms"] > 1600000000000, s  # marked, and not before this program was made
assert s["courses"] == 1 and s["members"] == 1, s' "$WORK/json" || fail "records of 1970 are not marked"
"$CTL" doctor --data "$WORK/v" | grep -q "^ok .*lessons" || fail "not whole afterwards"
unit test_fact test_strange_clocks
unit test_trust accepts_by_signed_dates_only
