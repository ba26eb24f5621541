#!/bin/bash
# A stick that gives other bytes at the second reading: no byte of those is ever kept.
source "$(dirname "$0")/kit.sh"
source "$(dirname "$0")/stick_kit.sh"
content "$WORK/back" 3 1
village v 5
bad_stick "$WORK/back" "$WORK/stick" swap 0
"$CTL" stick import "$WORK/stick" --data "$WORK/v" >"$WORK/out" 2>&1 && echo "it worked from the first reading" || { cat "$WORK/out"; echo "refused"; }
wrong=0 all=0
while read -r f; do
    all=$((all + 1))
    [ "$(sha256sum <"$f" | cut -c1-64)" = "$(basename "$f")" ] || wrong=$((wrong + 1))
done < <(find "$WORK/v/blobs" -type f)
[ "$wrong" = 0 ] || fail "$wrong files are not what their names say"
"$CTL" doctor --data "$WORK/v" >"$WORK/doctor" 2>&1; grep -i damaged "$WORK/doctor" && fail "doctor found damage"
"$CTL" stick export "$WORK/stick" --data "$WORK/v" >"$WORK/out" 2>&1; grep -q "loses data" "$WORK/out" || fail "the swapped packet was called safe: $(cat "$WORK/out")"
echo "$all files kept, each is what its name says; what was written and reads back differently is told"
