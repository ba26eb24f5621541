#!/bin/bash
# runs: early, sanitizers
# kiosk.sh BUILD: the real kiosk in a real window, driven by a pointer: study, quiz, hours; a power cut in the middle of
# each; a damaged film, a missing one, a wrong clock; the way back to the wall. Content is made here in seconds.
set -u
build=$(cd "$1" && pwd)
command -v Xvfb >/dev/null && [ -n "${DISPLAY:-}" ] || { echo "skip kiosk: no X display (Xvfb)"; exit 0; }
work=$(mktemp -d)
cd "$work" || exit 1
trap 'rm -rf "$work"' EXIT
export SDL_AUDIODRIVER=dummy TZ=Asia/Shanghai LC_ALL=C.UTF-8 WEIKE_LOG=error
unset WEIKE_DATA
ctl=$build/weikectl status=0
ok() { echo "ok kiosk: $1"; }
bad() { echo "not ok kiosk: $1"; [ -f "$work/log" ] && sed 's/^/    /' "$work/log" | cut -c1-600 | tail -12; status=1; }
is() { if [ "$2" = "$3" ]; then ok "$1"; else echo "    got: $2"; echo "    want: $3"; bad "$1"; fi; }
between() { if [ "$2" -ge "$3" ] && [ "$2" -le "$4" ]; then ok "$1 ($2)"; else echo "    $2 is not from $3 to $4"; bad "$1"; fi; }
kiosk() { # DATA LANG: script on stdin
    cat >"$work/script"
    timeout -k 3 120 "$build/weike" --data "$1" --window 1366x768 --lang "$2" --script "$work/script" >"$work/log" 2>&1
}
drive() { # NAME DATA LANG: script on stdin; one result
    local name=$1
    shift
    if kiosk "$@"; then ok "$name"; else bad "$name"; fi
}
hours() { # DATA FIELD ID: milliseconds of that member from the report
    "$ctl" report hours --json --data "$1" | python3 -c '
import json, sys
def find(o):
    if isinstance(o, dict):
        if o.get("id") == sys.argv[2] or o.get("member_id") == sys.argv[2]: yield o
        for v in o.values(): yield from find(v)
    if isinstance(o, list):
        for v in o: yield from find(v)
print(next(find(json.load(sys.stdin)))[sys.argv[1]])' "$2" "$3"
}
verbs() { # DATA: verb counts, sorted: "answered=3 completed=1"
    "$ctl" statements --json --data "$1" | python3 -c '
import json, sys, collections
n = collections.Counter(json.loads(l)["verb"]["id"].rsplit("/", 1)[1] for l in sys.stdin)
print(" ".join(f"{k}={n[k]}" for k in sorted(n)))'
}
unique() { "$ctl" statements --json --data "$1" | python3 -c '
import json, sys
ids = [json.loads(l)["id"] for l in sys.stdin]
print(len(ids) - len(set(ids)))'; }

# --- a course of two short films, one of them damaged ---
src=$work/src/drill
mkdir -p "$src"
film() { ffmpeg -nostdin -v error -y -f lavfi -i "testsrc2=s=640x360:r=25:d=$1" -f lavfi -i "sine=440:d=$1" -c:v libx264 -preset ultrafast \
    -g 25 -pix_fmt yuv420p -c:a aac -movflags +faststart "$2"; }
film 12 "$src/one.mp4"
film 60 "$src/long.mp4"
printf 'WEBVTT\n\n00:00.500 --> 00:04.000\n第一句话，说慢一点。\n\n00:04.500 --> 00:09.000\n第二句话。\n' >"$src/one.zh.vtt"
cat >"$src/one.gift" <<'G'
// weike: id=tf at=2
::一:: 遇到陌生电话要核实。 {T####先核实。}

// weike: id=pick at=5
::二:: 先做什么？ {=挂断 ~转账####先挂断。}

// weike: id=num
::三:: 报警电话？ {#110####是110。}
G
cat >"$src/course.json" <<'J'
{"id": "test.drill", "version": 1, "title": {"zh-CN": "演练", "en": "Drill"}, "category": "safety",
 "lessons": [
 {"id": "00000000-0000-4000-8000-000000000001", "title": {"zh-CN": "短课", "en": "Short"}, "media": "one.mp4",
  "captions": [{"lang": "zh-CN", "file": "one.zh.vtt"}], "questions": "one.gift", "pass_mark": 0.6},
 {"id": "00000000-0000-4000-8000-000000000002", "title": {"zh-CN": "长课", "en": "Long"}, "media": "long.mp4"},
 {"id": "00000000-0000-4000-8000-000000000003", "title": {"zh-CN": "坏课", "en": "Damaged"}, "media": "broken.mp4"}]}
J
# Damaged in the middle, whole at both ends: it opens, and what it can it plays.
python3 - "$src/one.mp4" "$src/broken.mp4" <<'P'
import sys
d = bytearray(open(sys.argv[1], 'rb').read())
for i in range(len(d) // 2, len(d) // 2 + 20000): d[i] = (i * 37) & 255
open(sys.argv[2], 'wb').write(d)
P
village() { # DATA
    mkdir -p "$1"
    printf 'site_zh = "演练村"\nsite_en = "Drill village"\nidle_seconds = 30\ntarget { from = "2020-01-01"\n hours = 10\n}\n' >"$1/weike.conf"
    "$ctl" trust "$work/keys/weike.pub" --data "$1" && "$ctl" import "$work/tree" --data "$1" &&
        "$ctl" member add --name 王小明 --id m1 --data "$1" && "$ctl" member add --name 䶮𬭎 --id m2 --pin 1357 --data "$1" &&
        "$ctl" technician pin 246802 --data "$1"
}
if "$ctl" keygen --out "$work/keys" >"$work/log" 2>&1 && "$ctl" pack "$work/src" --key "$work/keys/weike.key" --out "$work/tree" >>"$work/log" 2>&1 &&
    village "$work/a" >>"$work/log" 2>&1; then ok "a village is made"; else bad "a village is made"; exit 1; fi
for copy in b c d g h; do cp -r "$work/a" "$work/$copy"; done

# --- back to the wall by itself; runs beside the others, for it takes a minute ---
(
    cat >"$work/idle.script" <<'S'
tap 王小明
wait 我的学时 5000
wait 您还在吗？ 40000
tap 我在
wait 我的学时 3000
gone 您还在吗？ 3000
quit
S
    timeout -k 3 80 "$build/weike" --data "$work/d" --window 1366x768 --lang zh-CN --script "$work/idle.script" >"$work/idle.log" 2>&1
    echo $? >"$work/idle.rc"
) &
# --- and from a lesson that somebody paused and left ---
(
    cat >"$work/paused.script" <<'S'
tap 王小明
wait 我的学时 5000
tap 演练
tap 长课
wait 暂停 8000
pause 2500
tap 暂停
wait 播放 3000
wait 您还在吗？ 45000
wait 请点您的头像 45000
quit
S
    timeout -k 3 110 "$build/weike" --data "$work/g" --window 1366x768 --lang zh-CN --script "$work/paused.script" >"$work/paused.log" 2>&1
    echo $? >"$work/paused.rc"
) &

# --- study, quiz, hours ---
drive "a member watches to the end, answers, sees the hours" "$work/a" zh-CN <<'S'
wait 请点您的头像 10000
tap 王小明
wait 我的学时 5000
tap 演练
tap 短课
wait 第一句话，说慢一点。 8000
gone 第一句话，说慢一点。 8000
wait 去答题 20000
tap 去答题
wait 第 1 题，共 3 题 5000
tap 对
tap 选好了，看对不对
wait 答对了！ 3000
tap 下一题
tap 转账
tap 选好了，看对不对
wait 这次没答对 3000
tap 下一题
tap 1
tap 1
tap 0
tap 选好了，看对不对
tap 看结果
wait 2 / 3 3000
tap 看我的学时
wait 已核实 3000
wait 短课 3000
dump hours.json
quit
S
is "what was recorded" "$(verbs "$work/a")" "answered=3 completed=1 passed=1 terminated=1"
is "no statement twice" "$(unique "$work/a")" 0
between "watched" "$(hours "$work/a" watched_ms m1)" 11000 12100
between "verified, by the tap on the questions" "$(hours "$work/a" verified_ms m1)" 11000 12100
python3 -c 'import json; json.load(open("hours.json"))' 2>/dev/null && ok "the box tree is JSON" || bad "the box tree is JSON"
rm -f hours.json

# --- the plug is pulled in a lesson: same second, at most 5 s of credit lost ---
cat >"$work/cut.script" <<'S'
tap 王小明
wait 我的学时 5000
tap 演练
tap 长课
wait 暂停 8000
pause 60000
S
"$build/weike" --data "$work/b" --window 1366x768 --lang zh-CN --script "$work/cut.script" >"$work/log" 2>&1 &
pid=$!
sleep 14
kill -9 $pid
wait $pid 2>/dev/null
drive "after the cut the lesson goes on where it stopped" "$work/b" zh-CN <<'S'
wait 请点您的头像 10000
tap 王小明
wait 接着学 5000
dump after.json
tap 接着学
wait 暂停 8000
pause 300
tap 返回
quit
S
at=$(python3 -c '
import json, re
text = json.dumps(json.load(open("after.json")), ensure_ascii=False)
m = re.search("上次看到 (?:(\\d+) 分 )?(\\d+) 秒", text)
print(int(m[1] or 0) * 60 + int(m[2]) if m else -1)'); rm -f after.json
between "second it goes on from" "$at" 4 14
watched=$(hours "$work/b" watched_ms m1)
between "credit kept through the cut, ms" "$watched" $((at * 1000 - 1500)) 14500
case " $(verbs "$work/b")" in *abandoned=1*) ok "the cut viewing is recorded as abandoned";; *) bad "abandoned: $(verbs "$work/b")";; esac

# --- the plug is pulled in a quiz: answered stays answered, marked stays marked ---
cat >"$work/cut.script" <<'S'
tap 王小明
wait 我的学时 5000
tap 演练
tap 短课
wait 去答题 30000
tap 去答题
tap 对
tap 选好了，看对不对
wait 答对了！ 3000
tap 下一题
tap 挂断
pause 400
shot here.png
pause 60000
S
(cd "$work" && exec "$build/weike" --data "$work/b" --window 1366x768 --lang zh-CN --script "$work/cut.script" >"$work/log" 2>&1) &
pid=$!
for _ in $(seq 400); do [ -f "$work/here.png" ] && break; sleep 0.1; done
kill -9 $pid
wait $pid 2>/dev/null
drive "after the cut the quiz stands at the same question, the option still marked" "$work/b" zh-CN <<'S'
tap 王小明
wait 我的学时 5000
tap 演练
tap 短课
wait 暂停 8000
tap 播放位置
tap 进 10 秒
wait 去答题 30000
tap 去答题
wait 第 2 题，共 3 题 5000
tap 选好了，看对不对
wait 答对了！ 3000
quit
S

# --- the machine is shut down in a lesson: the viewing ends properly, nothing is left open ---
cat >"$work/cut.script" <<'S'
tap 王小明
wait 我的学时 5000
tap 演练
tap 长课
wait 暂停 8000
pause 3000
shot plays.png
pause 60000
S
(cd "$work" && exec "$build/weike" --data "$work/h" --window 1366x768 --lang zh-CN --script "$work/cut.script" >"$work/log" 2>&1) &
pid=$!
for _ in $(seq 300); do [ -f "$work/plays.png" ] && break; sleep 0.1; done
kill -TERM $pid
wait $pid
is "SIGTERM in a lesson ends it cleanly" "$?" 0
is "the lesson is recorded as ended, not as cut off" "$(verbs "$work/h")" "terminated=1"
between "watched until then, ms" "$(hours "$work/h" watched_ms m1)" 2000 9000

# --- a damaged film, a film that is gone ---
drive "a damaged film plays what it can" "$work/c" zh-CN <<'S'
tap 直接学习
wait 您没有登录 5000
tap 演练
tap 坏课
wait 暂停 8000
wait 再看一遍 30000
tap 返回
wait 长课 3000
quit
S
sha=$(sha256sum "$src/long.mp4" | cut -d' ' -f1)
rm -f "$work/c/blobs/${sha:0:2}/$sha"
drive "a film that is gone gets one sentence, the next one plays" "$work/c" zh-CN <<'S'
tap 直接学习
tap 演练
tap 长课
wait 这一课还没有下载完整。 5000
tap 返回
tap 短课
wait 暂停 8000
quit
S

# --- quizzes at their edges: twelve options, no try left, surveys only; lists know what was just learned ---
mkdir -p "$work/src2/edges" "$work/q"
film 2 "$work/src2/edges/film.mp4"
cat >"$work/src2/edges/twelve.gift" <<'G'
// weike: id=twelve
::十二:: 一年的头一个月是哪个月，闰年也一样？ {=正月里来是新春 ~二月里来龙抬头 ~三月里来三月三 ~四月里来养蚕忙 ~五月里来端阳节 ~六月里来热难当 ~七月里来七月七 ~八月里来月儿圆 ~九月里来九重阳 ~十月里来小阳春 ~冬月里来雪花飞 ~腊月里来过年忙}
G
cat >"$work/src2/edges/survey.gift" <<'G'
// weike: id=mood kind=likert
::问:: 这一课好懂吗？ {=好懂 =不太好懂}
G
cat >"$work/src2/edges/course.json" <<'J'
{"id": "test.edges", "version": 1, "title": {"zh-CN": "边角", "en": "Edges"}, "category": "safety",
 "lessons": [
 {"id": "00000000-0000-4000-8000-000000000011", "title": {"zh-CN": "十二个", "en": "Twelve"}, "media": "film.mp4", "questions": "twelve.gift", "max_attempts": 1},
 {"id": "00000000-0000-4000-8000-000000000012", "title": {"zh-CN": "问问您", "en": "Survey"}, "media": "film.mp4", "questions": "survey.gift"}]}
J
"$ctl" pack "$work/src2" --key "$work/keys/weike.key" --out "$work/tree2" >"$work/log" 2>&1 &&
    "$ctl" trust "$work/keys/weike.pub" --data "$work/q" >>"$work/log" 2>&1 && "$ctl" import "$work/tree2" --data "$work/q" >>"$work/log" 2>&1 &&
    "$ctl" member add --name 王小明 --id m1 --data "$work/q" >>"$work/log" 2>&1 || bad "quizzes at their edges are made"
drive "a wrong last try is not offered again; surveys end with thanks; the list knows at once" "$work/q" zh-CN <<'S'
tap 王小明
wait 我的学时 5000
tap 边角
wait 学完 0 / 2 课 3000
tap 十二个
wait 去答题 20000
tap 去答题
wait 第 1 题，共 1 题 5000
dump twelve.json
tap 腊月里来过年忙
tap 选好了，看对不对
wait 这次没答对 3000
tap 看结果
wait 还没通过 3000
gone 再答一次 500
tap 返回
wait 学完 1 / 2 课 3000
tap 问问您
wait 去答题 20000
tap 去答题
tap 好懂
tap 选好了，看对不对
tap 看结果
wait 谢谢您的回答 3000
gone 0 / 0 500
tap 返回
wait 学完 2 / 2 课 3000
quit
S
python3 - "$work/twelve.json" <<'P' && ok "with twelve options the green button is on the screen" || bad "with twelve options the green button is on the screen"
import json, sys
def boxes(n):
    if isinstance(n, dict):
        if n.get("label") == "选好了，看对不对" and n.get("role") == "button": yield n
        for v in n.values(): yield from boxes(v)
    elif isinstance(n, list):
        for v in n: yield from boxes(v)
b = next(boxes(json.load(open(sys.argv[1]))))
x, y, w, h = b["rect"]
sys.exit(not (w > 100 and h > 40 and y >= 0 and y + h <= 768 and "hidden" not in b["state"]))
P

# --- PIN, rare characters, English, a second size ---
drive "a PIN opens, a wrong one says so; rare names are drawn; English" "$work/c" en <<'S'
wait Tap your picture 10000
tap 䶮𬭎
wait Enter your PIN 3000
tap 1
tap 1
tap 1
tap 1
tap Done
wait That was not it. 4 tries left. 5000
tap 1
tap 3
tap 5
tap 7
tap Done
wait My hours 5000
tap 中文/English
wait 我的学时 3000
tap 我学完了
wait Tap your picture 5000
quit
S
# --- the technician brings lessons in on the screen, then again: nothing new; a stranger's stick is refused ---
mkdir -p "$work/e"
"$ctl" trust "$work/keys/weike.pub" --data "$work/e" >/dev/null && "$ctl" technician pin 246802 --data "$work/e" >/dev/null
"$ctl" keygen --out "$work/other" >/dev/null && "$ctl" pack "$work/src" --key "$work/other/weike.key" --out "$work/stranger" >/dev/null
export WEIKE_IMPORT=$work/tree:$work/stranger
drive "the technician brings lessons in from a folder; a stranger's are refused by name" "$work/e" zh-CN <<'S'
wait 还没有成员 10000
tap 技术员
tap 技术员
tap 技术员
tap 技术员
tap 技术员
wait 请输入密码 3000
tap 2
tap 4
tap 6
tap 8
tap 0
tap 2
tap 完成
wait U 盘和文件夹 8000
wait stranger 3000
tap 看看有什么
wait 演练 10000
tap 装进来
wait 完成：装进 1 门课程 20000
tap 完成
wait U 盘和文件夹 3000
tap 看看有什么
wait 没有新内容 10000
tap 完成
tap 看看 stranger 里有什么
dump refused.json
pause 1500
dump refused.json
tap 完成
wait U 盘和文件夹 3000
tap 设备状态
wait 1 门课程，3 课 5000
tap 返回
tap 直接学习
wait 演练 5000
quit
S
unset WEIKE_IMPORT
if grep -q '来源不明' "$work/refused.json" && grep -q 'not trusted' "$work/refused.json"; then ok "the stranger's stick: refused, with the key named"; else bad "the stranger's stick"; fi
# --- somebody left: off the wall with a second tap, found again among those who left, back on the wall with all hours ---
cp -r "$work/a" "$work/r"
watched=$(hours "$work/r" watched_ms m1)
technician() { for _ in 1 2 3 4 5; do echo 'tap Technician'; done; echo 'wait Enter your PIN 3000'; for d in 2 4 6 8 0 2; do echo "tap $d"; done; echo 'tap Done'; echo 'wait Sticks and folders 8000'; echo 'tap Members'; echo 'wait 2 members 3000'; }
{ technician; cat <<'S'; } | drive "the technician takes somebody off the wall" "$work/r" en
tap Off the wall
wait Yes, off the wall 3000
tap No
wait 2 members 3000
tap Off the wall
wait Yes, off the wall 3000
tap Yes, off the wall
wait Taken off the sign-in wall. Records and hours stay. 5000
wait 1 member 3000
tap Back
wait Tap your picture 5000
gone 王小明 1000
quit
S
is "the hours of who left stay" "$(hours "$work/r" watched_ms m1)" "$watched"
is "the register keeps who left" "$("$ctl" register csv hours --data "$work/r" 2>/dev/null | grep -c '^王小明,m1,')" 1
{ technician | sed 's/2 members/1 member/'; cat <<'S'; } | drive "and puts him back" "$work/r" en
tap Who left
wait 1 off the wall 3000
tap Back on the wall
wait Back on the sign-in wall. 5000
wait 0 off the wall 3000
tap On the wall
wait 2 members 3000
tap Back
wait 王小明 5000
quit
S
# A failing step ends with 1 and says which line and what was there.
printf 'tap no such thing\n' | kiosk "$work/c" en
rc=$?
if [ $rc = 1 ] && grep -q 'line 1' "$work/log" && grep -q 'Tap your picture' "$work/log"; then ok "a failing step says where and what was there"; else bad "a failing step (status $rc)"; fi
DISPLAY=:4711 XDG_RUNTIME_DIR=$work env -u WAYLAND_DISPLAY timeout 20 "$build/weike" --data "$work/c" >"$work/log" 2>&1
is "a display that is not there gets one sentence" "$? $(grep -c '^weike: there is no display' "$work/log") $(wc -l <"$work/log")" "1 1 1"
"$build/weike" --window 10x10 >"$work/log" 2>&1
is "a wrong option" "$?" 2
"$build/weike" --play "$work/none.mp4" >"$work/log" 2>&1
is "a file that is not there" "$? $(wc -l <"$work/log")" "1 1"

wait
is "left alone, it asks, and stays when answered" "$(cat "$work/idle.rc")" 0
is "a paused lesson left alone goes back to the faces" "$(cat "$work/paused.rc")" 0
is "what was recorded of it" "$(verbs "$work/g")" "terminated=1"
exit $status
