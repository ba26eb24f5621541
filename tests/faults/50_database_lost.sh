#!/bin/bash
# The database is gone and so are its backups: the courses are found again from their files, nothing is fetched.
source "$(dirname "$0")/kit.sh"
source "$(dirname "$0")/stick_kit.sh"
source "$(dirname "$0")/cut_kit.sh"
unit test_catalogue test_database_lost test_database_restored_older test_damaged_files_are_left_out test_tidy
content "$WORK/stick" 1 1
village v 3
"$CTL" import "$WORK/stick" --data "$WORK/v" >/dev/null || fail "import"
rm -rf "$WORK/stick" "$WORK/v"/weike.db* "$WORK/v"/backup "$WORK/v"/clean
"$CTL" doctor --data "$WORK/v" >"$WORK/out" 2>&1 || { cat "$WORK/out"; fail "doctor is not content"; }
[ "$(field "$WORK/v" courses)" = 1 ] && [ "$(field "$WORK/v" lessons)" = 1 ] || fail "the course was not found again"
