#!/bin/bash
# The clock says 2099: nothing has expired, nothing is remembered of it, and it is said.
source "$(dirname "$0")/kit.sh"
source "$(dirname "$0")/stick_kit.sh"
source "$(dirname "$0")/cut_kit.sh"
content "$WORK/stick" 1 1
village v 3
for date in '2099-06-01 12:00:00' '2060-06-01 12:00:00'; do
    at "$date" "$CTL" import "$WORK/stick" --data "$WORK/v" >"$WORK/out" 2>&1 || { cat "$WORK/out"; fail "import in $date"; }
    at "$date" "$CTL" member add --name 王小明 --data "$WORK/v" >/dev/null || fail "a member in $date"
done
at '2099-06-01 12:00:00' "$CTL" doctor --data "$WORK/v" | grep -q "clock .*cannot be true" || fail "doctor does not name the clock"
[ "$(field "$WORK/v" clock_ms)" -lt 4000000000000 ] || fail "2099 was remembered"
[ "$(field "$WORK/v" clock_trust)" != floor ] || fail "the right date is not believed any more"
content "$WORK/stick" 1 2
"$CTL" import "$WORK/stick" --data "$WORK/v" >"$WORK/out" 2>&1 || { cat "$WORK/out"; fail "the next list is not taken any more"; }
unit test_trust accepts_by_signed_dates_only
unit test_fact test_strange_clocks
