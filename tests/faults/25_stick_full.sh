#!/bin/bash
# A stick that fills up: how many records were copied is said, what is there is whole, the rest goes on another stick.
source "$(dirname "$0")/kit.sh"
source "$(dirname "$0")/stick_kit.sh"
[ "$(id -u)" = 0 ] || not_here "only root may mount a small stick"
village v 5000
mkdir -p "$WORK/stick"
mount -t tmpfs -o size=96k tmpfs "$WORK/stick" || not_here "a small tmpfs cannot be mounted"
mounted+=("$WORK/stick")
"$CTL" stick export "$WORK/stick" --data "$WORK/v" >"$WORK/out" 2>&1 && fail "not told"
cat "$WORK/out"
grep -qE "stick is full: [1-9][0-9]* of 5000 records copied" "$WORK/out" || fail "the sentence"
said=$(sed -nE 's/.*full: ([0-9]+) of.*/\1/p' "$WORK/out")
read -r packets records broken < <(county "$WORK/stick" looks)
[ "$broken" = 0 ] && [ "$records" = "$said" ] || fail "$packets packets, $records records, $broken broken"
grep -q "may be pulled out" "$WORK/out" || fail "what is on it was not read back"
mount -o remount,size=200k "$WORK/stick" # the county made room for its receipt
county "$WORK/stick" >/dev/null || fail "no receipts"
"$CTL" stick import "$WORK/stick" --data "$WORK/v" >/dev/null || fail "receipts"
mkdir "$WORK/second"
"$CTL" stick export "$WORK/second" --data "$WORK/v" | grep -q "$((5000 - said)) of $((5000 - said)) waiting" || fail "the rest"
echo "$said on the first stick, the rest on the second, none twice"
unit test_stick full_at_any_write
