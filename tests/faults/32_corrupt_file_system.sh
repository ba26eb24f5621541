#!/bin/bash
# A damaged file system on a stick: mounting is systemd's work, never ours; what then answers badly is refused within seconds.
# shellcheck disable=SC2154 # $why and $loops are those of stick_kit.sh
source "$(dirname "$0")/kit.sh"
source "$(dirname "$0")/stick_kit.sh"
content "$WORK/back" 1 1
village v 30
shown=0
for type in exfat ntfs; do
    rm -f "$WORK/$type.img"
    real_stick $type 24 "$WORK/$type" || { echo "$type left out: $why"; continue; }
    cp -r "$WORK/back/WEIKE" "$WORK/$type/" && unplug "$WORK/$type" || fail "$type"
    cp "$WORK/$type.img" "$WORK/$type.good"
    for seed in 1 2 3 4 5 6; do
        python3 - "$WORK/$type.good" "$WORK/$type.img" $seed <<'END'
import random, sys
random.seed(int(sys.argv[3]))
data = bytearray(open(sys.argv[1], "rb").read())
used = [i for i in range(0, len(data), 512) if any(data[i:i + 512])]
for i in random.sample(used[2:], min(40, len(used) - 2)):
    data[i + random.randrange(512)] ^= 1 << random.randrange(8)
open(sys.argv[2], "wb").write(data)
END
        if ! real_stick $type 24 "$WORK/$type"; then echo "$type $seed: not mounted"; losetup -d "${loops[-1]}" 2>/dev/null; shown=$((shown + 1)); continue; fi
        rm -rf "$WORK/d"; cp -r "$WORK/v" "$WORK/d"
        timeout 20 "$CTL" stick import "$WORK/$type" --data "$WORK/d" >"$WORK/out" 2>&1; a=$?
        timeout 20 "$CTL" stick export "$WORK/$type" --data "$WORK/d" >"$WORK/out" 2>&1; b=$?
        [ $a -le 1 ] && [ $b -le 1 ] || { cat "$WORK/out"; fail "$type $seed: status $a, $b"; }
        find "$WORK/d/blobs" -type f 2>/dev/null | while read -r f; do [ "$(sha256sum <"$f" | cut -c1-64)" = "$(basename "$f")" ] || echo bad; done | grep -q bad && fail "$type $seed: a wrong byte was kept"
        echo "$type $seed: import $a, export $b, nothing wrong kept"
        shown=$((shown + 1))
        umount "$WORK/$type" 2>/dev/null || umount -l "$WORK/$type"
        losetup -d "${loops[-1]}" 2>/dev/null
    done
done
[ $shown -gt 0 ] || not_here "neither exFAT nor NTFS can be mounted here"
unit test_stick_watch systemd_is_asked_to_mount
echo "the kernel's own parsers need a guest with vfat and exfat; this shows the FUSE ones"
