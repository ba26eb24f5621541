#!/bin/bash
# A publisher killed at any of its calls that change the disk: what is served verifies, old or new, and nothing is mixed.
source "$(dirname "$0")/kit.sh"
unit test_shrink a_cut_publish_serves_the_old
unit test_build interrupted_runs_publish_nothing
command -v strace >/dev/null || { echo "not shown with strace, which is not installed"; exit 0; }
command -v ffmpeg >/dev/null || exit 0
ctl=$BUILD/weikectl
cd "$WORK" || exit 1
mkdir src
ffmpeg -nostdin -v error -f lavfi -i sine=d=2 -c:a libopus src/v.opus || exit 0
course() { echo '{"id":"org.example.one","version":'"$1"',"title":"课 '"$1"'","lessons":[{"id":"6a1de1b4-5d0e-4c57-9a53-0d8e7c1f2a02","title":"一","media":"v.opus"}]}' >src/course.json; }
export SOURCE_DATE_EPOCH=1795000000
course 1
"$ctl" root init keys >/dev/null && "$ctl" publish src --repo www --keys keys --patches >/dev/null || fail "publishing"
strace -f -o /dev/null true 2>/dev/null || { echo "strace may not be used here"; exit 0; }
cp -r www first
course 2
total=0
for call in write renameat rename fsync openat mkdir unlink; do
    for n in $(seq 1 60); do
        rm -rf www && cp -r first www
        strace -f -o /dev/null -e trace="$call" -e inject="$call:signal=KILL:when=$n" "$ctl" publish src --repo www --keys keys --patches >/dev/null 2>&1
        rc=$?
        "$ctl" verify www --pub keys/root/1.root >out.txt 2>&1 || { cat out.txt; fail "killed at $call $n: what is served does not verify"; }
        grep -qE "org.example.one version [12]:" out.txt || { cat out.txt; fail "killed at $call $n"; }
        [ $rc = 0 ] && break
        total=$((total + 1))
    done
done
[ $total -gt 20 ] || fail "only $total kills"
"$ctl" publish src --repo www --keys keys --patches >/dev/null && "$ctl" verify www --pub keys/root/1.root | grep -q "version 2:" || fail "the next run"
echo "shown: killed at $total calls, every time the tree verified; the next run finished it"
