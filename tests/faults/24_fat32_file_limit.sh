#!/bin/bash
# A stick whose files have a largest size (FAT32: 4 GiB; blobs end at 1 GiB): what does not fit is no half file called good.
source "$(dirname "$0")/kit.sh"
source "$(dirname "$0")/stick_kit.sh"
content "$WORK/src-stick" 3 1
village v 50
"$CTL" stick import "$WORK/src-stick" --data "$WORK/v" >/dev/null || fail "import"
bad_stick "$WORK/back" "$WORK/stick" cap 1000000
"$CTL" stick export "$WORK/stick" --data "$WORK/v" >"$WORK/out" 2>&1 && fail "called good: $(cat "$WORK/out")"
cat "$WORK/out"
find "$WORK/back/WEIKE/repo" -type f -size +0 2>/dev/null | grep /b/ | while read -r f; do
    [ "$(sha256sum <"$f" | cut -c1-64)" = "$(basename "$f")" ] || echo bad
done | grep -q bad && fail "a half file has a final name"
[ ! -e "$WORK/back/WEIKE/repo/timestamp" ] || fail "the list names what is not there"
[ "$(county "$WORK/stick" looks)" = "1 50 0" ] || fail "the records that fit are not there"
echo "the records are there, the film is not, and nothing says it is"
unit test_stick_scan a_removed_stick_is_told_from_a_bad_one
