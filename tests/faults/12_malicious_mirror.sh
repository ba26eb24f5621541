#!/bin/bash
# A mirror that has the list but not the files: other lessons come, a stick still brings the missing ones, a new list is a
# new chance.
source "$(dirname "$0")/kit.sh"
source "$(dirname "$0")/link_kit.sh"
: "${ctl:=}" "${url:=}" "${out:=}"
unit test_fetch a_missing_file_holds_up_nothing_else a_portal_that_says_not_found_proves_nothing
unit test_fetch_blob a_mirror_without_files
lessons
cp -r "$WORK/www" "$WORK/mirror"
rm -r "$WORK/mirror/repo/b"
net_server "$WORK/mirror"
kiosk a "server = \"$url\""
ends a refused
shows a 0
"$ctl" import "$WORK/www" --data "$WORK/a" >/dev/null || fail "the stick does not help"
shows a 1
echo "and a stick brings what the mirror lacks"
