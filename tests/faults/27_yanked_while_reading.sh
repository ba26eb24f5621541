#!/bin/bash
# A stick pulled while lessons are copied: said so, what came is kept, putting it back goes on.
source "$(dirname "$0")/kit.sh"
source "$(dirname "$0")/stick_kit.sh"
content "$WORK/back" 12 1
village v 0
for at in 100 30000 2000000 6000000 9000000; do
    rm -rf "$WORK/d"; cp -r "$WORK/v" "$WORK/d"
    bad_stick "$WORK/back" "$WORK/stick" dies $at
    timeout 20 "$CTL" stick import "$WORK/stick" --data "$WORK/d" >"$WORK/out" 2>&1
    rc=$?
    [ $rc = 1 ] || { cat "$WORK/out"; fail "pulled at $at: status $rc"; }
    grep -qiE "removed|put it back|plugged in|not there" "$WORK/out" || { cat "$WORK/out"; fail "pulled at $at: the sentence"; }
    pull "$WORK/stick"
    kept=$(du -cb "$WORK"/d/incoming/*.part 2>/dev/null | tail -1 | cut -f1)
    [ $at -lt 2000000 ] || [ "${kept:-0}" -gt $((at / 2)) ] || fail "pulled at $at: only ${kept:-0} bytes were kept"
    bad_stick "$WORK/back" "$WORK/stick" good 0
    "$CTL" stick import "$WORK/stick" --data "$WORK/d" >"$WORK/out" 2>&1 || { cat "$WORK/out"; fail "not gone on after $at"; }
    pull "$WORK/stick"
    echo "pulled at byte $at: ${kept:-0} bytes kept, whole after it was put back"
done
