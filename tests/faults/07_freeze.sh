#!/bin/bash
# The same old list for ever: lessons go on, whatever the clock says, and the date of the news is shown.
source "$(dirname "$0")/kit.sh"
need faketime ffmpeg
ctl=$BUILD/weikectl
cd "$WORK" || exit 1
mkdir src
ffmpeg -nostdin -v error -f lavfi -i sine=d=2 -c:a libopus src/v.opus || not_here "ffmpeg makes no Opus"
echo '{"id":"org.example.one","version":1,"title":"一","lessons":[{"id":"6a1de1b4-5d0e-4c57-9a53-0d8e7c1f2a02","title":"一","media":"v.opus"}]}' >src/course.json
export SOURCE_DATE_EPOCH=1795000000 # 2026-11-18
"$ctl" root init keys >/dev/null && "$ctl" publish src --repo www --keys keys >/dev/null || fail "publishing"
"$ctl" trust keys/root/1.root --data d >/dev/null && "$ctl" import www --data d >/dev/null || fail "importing"
for year in 2028 2045 1999; do
    faketime "$year-06-01" "$ctl" import www --data d >out.txt 2>&1 || { cat out.txt; fail "the same list in $year"; }
    grep -q "already here: org.example.one" out.txt || { cat out.txt; fail "the lessons are gone in $year"; }
    faketime "$year-06-01" "$ctl" status --data d >out.txt 2>&1
    grep -q "lessons 1," out.txt && grep -q "newest list 1 of 2026-11-18" out.txt || { cat out.txt; fail "status in $year"; }
done
echo "shown: the list of 2026-11-18 in 2028, 2045 and 1999: lessons play, its date is told"
unit test_trust accepts_by_signed_dates_only
