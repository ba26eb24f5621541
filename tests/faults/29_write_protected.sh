#!/bin/bash
# A write-protected stick: lessons come in, "records not copied" is said, nothing is tried again and again.
# shellcheck disable=SC2154 # $why and $loops are those of stick_kit.sh
source "$(dirname "$0")/kit.sh"
source "$(dirname "$0")/stick_kit.sh"
content "$WORK/back" 1 1
village v 12
tried=
if real_stick ext4 16 "$WORK/stick"; then
    cp -r "$WORK/back/WEIKE" "$WORK/stick/" && unplug "$WORK/stick"
    real_stick ext4 16 "$WORK/stick" ro || fail "$why"
    tried=ext4
else
    bad_stick "$WORK/back" "$WORK/stick" readonly 0
    tried=FUSE
fi
"$CTL" stick import "$WORK/stick" --data "$WORK/v" || fail "$tried: import"
timeout 20 "$CTL" stick export "$WORK/stick" --data "$WORK/v" >"$WORK/out" 2>&1
[ $? = 1 ] || { cat "$WORK/out"; fail "$tried: export"; }
cat "$WORK/out"
grep -qE "write-protected|read-only" "$WORK/out" || fail "the sentence"
"$CTL" status --json --data "$WORK/v" | grep -q '"statements_waiting":12' || fail "records were given up"
"$CTL" stick status "$WORK/stick" --data "$WORK/v" | grep -q "cannot be written" || fail "status"
