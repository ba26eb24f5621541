#!/bin/bash
# ui_demo.sh BUILD: the script runner against a real window, with the demo of all widgets: finds by label, taps with
# SDL's mouse events, types, waits, takes pictures, dumps the tree; a step that cannot succeed fails and says why.
set -u
build=$1
command -v Xvfb >/dev/null && [ -n "${DISPLAY:-}" ] || { echo "skip ui_demo: no X display (Xvfb)"; exit 0; }
cd "$(dirname "$0")/../.." || exit 1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
status=0
check() { # NAME COMMAND…
    local name=$1
    shift
    if "$@" >"$work/log" 2>&1; then echo "ok $name"; else echo "not ok $name"; sed 's/^/    /' "$work/log"; status=1; fi
}

tests/ui/build_demo.sh "$build" >"$work/log" 2>&1 || { echo "not ok ui_demo builds"; cat "$work/log"; exit 1; }
demo=$build/test/ui_demo

tour() { # SIZE
    cat >"$work/tour.script" <<END
wait 我的学时 2000
shot $work/home-$1.png
dump $work/home-$1.json
tap 查看
wait 2026 年 2000
shot $work/hours-$1.png
tap 返回
gone 2026 年 2000
tap 不是我
wait 还在吗？ 2000
tap 我还在
gone 还在吗？ 2000
tap 中 / En
tap 中 / En
tap 把验证码告诉他
shot $work/quiz-$1.png
quit
END
    "$demo" --window "$1" --script "$work/tour.script"
}
fails() { # TEXT MESSAGE: the run ends with status 1 and says so
    printf '%s\n' "$1" >"$work/bad.script"
    "$demo" --script "$work/bad.script" >"$work/said" 2>&1
    local rc=$?
    cat "$work/said"
    [ $rc -eq 1 ] && grep -q "$2" "$work/said"
}
sized() { # FILE WxH
    [ "$(identify -format '%wx%h' "$1")" = "$2" ]
}
types() {
    printf 'wait 每一种按钮 2000\ntext 42\nwait 打了：42 2000\nquit\n' >"$work/type.script"
    "$demo" --screen 4 --script "$work/type.script"
}
asleep() { # no event, no work: less than 0.01 s of processor time in 5 s
    local before after
    "$demo" >/dev/null 2>&1 &
    local pid=$!
    sleep 2
    before=$(awk '{ print $14 + $15 }' "/proc/$pid/stat")
    sleep 5
    after=$(awk '{ print $14 + $15 }' "/proc/$pid/stat")
    kill "$pid"
    wait "$pid" 2>/dev/null
    echo "$((after - before)) clock ticks in 5 s"
    [ $((after - before)) -le 1 ]
}

check "the tour at 1920x1080" tour 1920x1080
check "the tour at 1366x768" tour 1366x768
check "pictures are as large as the window" sized "$work/hours-1366x768.png" 1366x768
check "the dumped tree is JSON" python3 -m json.tool "$work/home-1920x1080.json"
check "typing arrives" types
check "what is not there fails and says what is" fails "wait 没有这个 200" "line 1: wait 没有这个: did not come; on the screen: .*我的学时"
check "a bad script is refused" fails "click 我的学时" 'line 1: "click" is no step'
check "an idle screen sleeps" asleep
exit $status
