#!/bin/bash
# Bit-rot in a film: found by reading, put aside, its lesson being repaired until the file comes again.
source "$(dirname "$0")/kit.sh"
source "$(dirname "$0")/stick_kit.sh"
source "$(dirname "$0")/cut_kit.sh"
unit test_scrub test_rotten_film test_other_losses test_goes_on_where_it_was test_dying_medium
unit test_part a_rotten_blob_gives_its_good_chunks
content "$WORK/stick" 1 1
village v 3
"$CTL" import "$WORK/stick" --data "$WORK/v" >/dev/null || fail "import"
film=$(find "$WORK/v/blobs" -type f -size +20k | head -1)
printf 'x' | dd of="$film" bs=1 seek=5000 conv=notrunc status=none
"$CTL" doctor --repair --data "$WORK/v" >"$WORK/out" 2>/dev/null && fail "doctor finds nothing"
[ ! -e "$film" ] || fail "the damaged film is still where it is played from"
[ "$(field "$WORK/v" lessons_repairing)" = 1 ] || fail "the lesson does not say that it is being repaired"
"$CTL" import "$WORK/stick" --data "$WORK/v" >"$WORK/out" 2>&1 || { cat "$WORK/out"; fail "the stick does not bring it again"; }
[ "$(field "$WORK/v" lessons_repairing)" = 0 ] && [ -e "$film" ] || fail "not whole again"
"$CTL" doctor --data "$WORK/v" >/dev/null || fail "doctor is not content"
