#!/bin/bash
# Two sticks at once: one after the other, and each gets its own.
source "$(dirname "$0")/kit.sh"
source "$(dirname "$0")/stick_kit.sh"
unit test_stick two_sticks_are_handled_in_turn
village v 3000
mkdir "$WORK/a" "$WORK/b"
"$CTL" stick export "$WORK/a" --data "$WORK/v" >"$WORK/out-a" 2>&1 & a=$!
"$CTL" stick export "$WORK/b" --data "$WORK/v" >"$WORK/out-b" 2>&1 & b=$!
wait $a || { cat "$WORK/out-a"; fail "the first"; }
wait $b || { cat "$WORK/out-b"; fail "the second"; }
[ "$(county "$WORK/a" | cut -d' ' -f2-)" = "3000 0" ] && [ "$(county "$WORK/b" | cut -d' ' -f2-)" = "3000 0" ] || fail "not all on both"
cmp -s <(cd "$WORK/a/WEIKE/up"/*/ && ls) <(cd "$WORK/b/WEIKE/up"/*/ && ls) || fail "the packets differ"
"$CTL" stick import "$WORK/a" --data "$WORK/v" | grep -q "3000 records have arrived" || fail "the receipt"
"$CTL" stick import "$WORK/b" --data "$WORK/v" >/dev/null || fail "the same receipt again"
"$CTL" status --json --data "$WORK/v" | grep -q '"statements_waiting":0' || fail "records wait"
echo "two sticks, the same packets on both, receipted once"
