#!/bin/bash
# A stick pulled while records are written: what has a final name is whole, and the next visit goes on.
# shellcheck disable=SC2154 # $why and $loops are those of stick_kit.sh
source "$(dirname "$0")/kit.sh"
source "$(dirname "$0")/stick_kit.sh"
village v 1500
n=0
for at in 1 60 500 3000 8000 15000 22000 30000 41000 52000; do
    bad_stick "$WORK/back" "$WORK/stick" dies $at
    timeout 20 "$CTL" stick export "$WORK/stick" --data "$WORK/v" >"$WORK/out" 2>&1
    rc=$?
    [ $rc -le 1 ] || { cat "$WORK/out"; fail "pulled at $at: status $rc"; }
    if [ $rc = 1 ]; then
        n=$((n + 1))
        grep -qiE "removed|plugged in|not there" "$WORK/out" || { cat "$WORK/out"; fail "pulled at $at: the sentence"; }
        grep -q "may be pulled out" "$WORK/out" && fail "called safe"
    fi
    pull "$WORK/stick"
    read -r packets records broken < <(county "$WORK/back" looks)
    [ "$broken" = 0 ] || fail "pulled at $at: $broken broken packets"
    echo "pulled at byte $at: $packets packets, $records records, none broken"
done
[ $n -ge 5 ] || fail "it was pulled only $n times"
"$CTL" stick export "$WORK/back" --data "$WORK/v" >"$WORK/out" 2>&1 || { cat "$WORK/out"; fail "not gone on"; }
[ "$(county "$WORK/back" looks | cut -d' ' -f2-)" = "1500 0" ] || fail "not all records"
if real_stick exfat 64 "$WORK/real" && mkdir "$WORK/w" && cp -r "$WORK/v/." "$WORK/w"; then
    "$MAKE" records "$WORK/w" 20000
    "$CTL" stick export "$WORK/real" --data "$WORK/w" >"$WORK/out" 2>&1 &
    job=$!
    for _ in $(seq 200); do [ "$(find "$WORK/real/WEIKE/up" -name '*.rec' 2>/dev/null | wc -l)" -ge 5 ] && break; sleep 0.02; done
    kill -9 "$(fuse_pid "$WORK/real")" 2>/dev/null
    wait $job
    umount -l "$WORK/real" 2>/dev/null; losetup -d "${loops[-1]}" 2>/dev/null
    fsck.exfat -n "$WORK/exfat.img" >"$WORK/fsck" 2>&1 && echo "exFAT after the pull: $(tail -1 "$WORK/fsck")" || echo "exFAT after the pull needs a repair, as any pulled exFAT may"
    real_stick exfat 64 "$WORK/real2" || fail "the stick cannot be mounted again: $why"
    read -r packets records broken < <(county "$WORK/real2" looks)
    echo "exFAT: $packets packets, $broken of them broken before the next visit"
    timeout 60 "$CTL" stick export "$WORK/real2" --data "$WORK/w" >"$WORK/out" 2>&1 || { cat "$WORK/out"; fail "exFAT: not gone on"; }
    read -r packets records broken < <(county "$WORK/real2" looks)
    [ "$broken" = 0 ] && [ "$records" -ge 21500 ] || fail "exFAT: $packets packets, $records records, $broken broken"
    echo "exFAT: $records records after the next visit, none broken"
else
    echo "exFAT part left out: $why"
fi
unit test_stick killed_at_any_write errors_at_any_write
