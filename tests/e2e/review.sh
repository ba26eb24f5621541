#!/bin/bash
# runs: early
# review.sh BUILD: what was learned is asked again, two a visit, through the real kiosk; a kill in the middle; what the
# village answers worst; a question answered in words. Days pass by moving the rows back, for no test may wait for tomorrow.
# REVIEW_SHOTS keeps the pictures, REVIEW_WINDOW and REVIEW_OPTIONS try other panels and sizes of letters.
set -u
build=$(cd "$1" && pwd)
command -v Xvfb >/dev/null && [ -n "${DISPLAY:-}" ] || { echo "skip review: no X display (Xvfb)"; exit 0; }
work=$(mktemp -d)
cd "$work" || exit 1
trap 'rm -rf "$work"' EXIT
export SDL_AUDIODRIVER=dummy TZ=Asia/Shanghai LC_ALL=C.UTF-8 WEIKE_LOG=error
unset WEIKE_DATA
ctl=$build/weikectl status=0
shots=${REVIEW_SHOTS:-$work}
ok() { echo "ok review: $1"; }
bad() { echo "not ok review: $1"; [ -f "$work/log" ] && sed 's/^/    /' "$work/log" | cut -c1-600 | tail -12; status=1; }
is() { if [ "$2" = "$3" ]; then ok "$1"; else echo "    got: $2"; echo "    want: $3"; bad "$1"; fi; }
kiosk() { # LANG: script on stdin
    cat >"$work/script"
    timeout -k 3 120 "$build/weike" --data "$work/a" --window ${REVIEW_WINDOW:-1366x768} --lang "$1" ${REVIEW_OPTIONS:-} --script "$work/script" >"$work/log" 2>&1
}
drive() { # NAME LANG: script on stdin; one result
    if kiosk "$2"; then ok "$1"; else bad "$1"; fi
}
sql() { # STATEMENT: of the village's database, nobody having it open
    python3 - "$work/a/weike.db" "$1" <<'P'
import sqlite3, sys
d = sqlite3.connect(sys.argv[1])
print(" ".join("/".join(str(c) for c in r) for r in d.execute(sys.argv[2])))
d.commit()
P
}
look() { # the same of a copy: the journal of a kiosk that was killed is its own to read
    mkdir -p "$work/copy/a" && cp "$work"/a/weike.db* "$work/copy/a/" && (work=$work/copy; sql "$1")
}
days() { sql "UPDATE review SET last_day = last_day - $1, due_day = due_day - $1" >/dev/null; }

# --- two lessons; the same question ids in both ---
src=$work/src/drill
mkdir -p "$src"
ffmpeg -nostdin -v error -y -f lavfi -i "testsrc2=s=320x180:r=25:d=6" -f lavfi -i "sine=440:d=6" -c:v libx264 -preset ultrafast -g 25 \
    -pix_fmt yuv420p -c:a aac -movflags +faststart "$src/one.mp4"
cp "$src/one.mp4" "$src/two.mp4"
cat >"$src/one.gift" <<'G'
// weike: id=q1 at=2
::一:: 遇到陌生电话要核实。 {T####先核实。}

// weike: id=q2
::二:: 先做什么？ {=挂断 ~转账####先挂断。}

// weike: id=word
::三:: 谁会帮您？写两个字。 {=警察 =*公安* =police####警察。}

// weike: id=feel kind=likert
::四:: 有把握吗？ {=没有 =有}
G
cat >"$src/two.gift" <<'G'
// weike: id=q1 at=1
::一:: 验证码可以告诉别人。 {F####谁要都不给。}

// weike: id=number
::二:: 报警电话是多少？ {=110 =96110####报警打110。}
G
cat >"$src/course.json" <<'J'
{"id": "test.review", "version": 1, "title": {"zh-CN": "演练", "en": "Drill"}, "category": "safety",
 "lessons": [
 {"id": "00000000-0000-4000-8000-000000000001", "title": {"zh-CN": "第一课", "en": "First"}, "media": "one.mp4", "questions": "one.gift", "pass_mark": 0.5},
 {"id": "00000000-0000-4000-8000-000000000002", "title": {"zh-CN": "第二课", "en": "Second"}, "media": "two.mp4", "questions": "two.gift", "pass_mark": 0.5}]}
J
mkdir -p "$work/a"
printf 'site_zh = "演练村"\nsite_en = "Drill village"\n' >"$work/a/weike.conf"
if { "$ctl" keygen --out "$work/keys" && "$ctl" pack "$work/src" --key "$work/keys/weike.key" --out "$work/tree" &&
    "$ctl" trust "$work/keys/weike.pub" --data "$work/a" && "$ctl" import "$work/tree" --data "$work/a" &&
    "$ctl" member add --name 王小明 --id m1 --data "$work/a" &&
    "$ctl" member add --name 李书记 --id m2 --role secretary --pin 135790 --data "$work/a"; } >"$work/log" 2>&1; then
    ok "a village is made"
else
    bad "a village is made"
    exit 1
fi

# --- the quiz: words on the keyboard, "I do not know", digits ---
drive "a quiz with questions that are answered in words" zh-CN <<S
wait 请点您的头像 10000
tap 王小明
wait 我的学时 5000
gone 两道复习题 2000
tap 演练
tap 第一课
wait 去答题 20000
tap 去答题
tap 对
tap 选好了，看对不对
wait 答对了！ 3000
tap 下一题
tap 转账
tap 选好了，看对不对
wait 这次没答对 3000
tap 下一题
wait 点这里写字 3000
shot $shots/fill-in.png
audit
tap 中文/English
pause 300
shot $shots/fill-in.en.png
audit
tap 中文/English
pause 300
tap 点这里写字
wait 完成 3000
pause 500
shot $shots/fill-in-keyboard.png
audit
tap 返回
wait 点这里写字 3000
tap 不知道
wait 这次没答对 3000
wait 警察 3000
shot $shots/fill-in-unknown.png
audit
tap 中文/English
pause 300
shot $shots/fill-in-unknown.en.png
audit
tap 中文/English
pause 300
tap 下一题
tap 有
tap 选好了，看对不对
wait 谢谢您 3000
tap 看结果
tap 返回
tap 返回
wait 我的学时 5000
gone 两道复习题 2000
tap 演练
tap 第二课
wait 去答题 20000
tap 去答题
tap 对
tap 选好了，看对不对
wait 这次没答对 3000
tap 下一题
tap 点这里写字
pause 500
shot $shots/fill-in-digits.png
audit
tap 1
tap 1
tap 0
tap 完成
wait 110 3000
tap 选好了，看对不对
wait 答对了！ 3000
shot $shots/fill-in-right.png
audit
quit
S
is "answers enter, opinions not" "$(sql "SELECT content_id LIKE '%1', question_id, wrong FROM review ORDER BY content_id, question_id")" "1/q1/0 1/q2/1 1/word/1 0/number/0 0/q1/1"
is "an answer in words is a fill-in with its accepted answers" "$("$ctl" statements --json --data "$work/a" | python3 -c '
import json, sys
for l in sys.stdin:
    s = json.loads(l)
    d = s["object"].get("definition", {})
    if d.get("interactionType") == "fill-in":
        print(s["result"]["response"], s["result"]["success"], "|".join(d["correctResponsesPattern"]), end="; ")')" "? False 警察|police; 110 True 110|96110; "

# --- the next day ---
days 1
drive "the next day two questions wait at home" zh-CN <<S
tap 王小明
wait 两道复习题 5000
pause 600
shot $shots/home-card.png
tap 中文/English
pause 300
shot $shots/home-card.en.png
tap 中文/English
pause 300
tap 两道复习题
wait 第 1 题，共 2 题 5000
pause 300
shot $shots/review-question.png
audit
tap 中文/English
pause 300
shot $shots/review-question.en.png
audit
tap 中文/English
pause 300
quit
S
is "the review is kept" "$(sql "SELECT place, question_id, answered FROM review_open")" "0/q2/0 1/word/0"

# --- pulled out in the middle: one answered, one marked ---
cat >"$work/cut.script" <<'S'
tap 王小明
tap 两道复习题
tap 挂断
tap 选好了，看对不对
wait 答对了！ 3000
tap 下一题
wait 点这里写字 3000
pause 600
shot reached.png
pause 60000
S
"$build/weike" --data "$work/a" --window 1366x768 --lang zh-CN --script "$work/cut.script" >"$work/log" 2>&1 &
pid=$!
for _ in $(seq 300); do [ -s reached.png ] && break; sleep 0.1; done
kill -9 $pid 2>/dev/null
wait $pid 2>/dev/null
is "after the cut the answer is there, once" "$(look "SELECT place, question_id, answered FROM review_open"); $(look "SELECT asked, wrong FROM review WHERE question_id = 'q2'")" "0/q2/1 1/word/0; 2/1"
drive "and the review goes on with the second one" zh-CN <<S
tap 王小明
wait 一道复习题 5000
tap 一道复习题
wait 第 2 题，共 2 题 5000
wait 点这里写字 3000
tap 不知道
wait 这次没答对 3000
pause 300
shot $shots/review-wrong.png
audit
tap 看结果
wait 继续学习 3000
pause 300
shot $shots/review-done.png
audit
tap 中文/English
pause 300
shot $shots/review-done.en.png
audit
tap 中文/English
pause 300
tap 继续学习
wait 我的学时 5000
gone 一道复习题 2000
gone 两道复习题 2000
tap 我学完了
wait 请点您的头像 5000
tap 王小明
wait 一道复习题 5000
tap 一道复习题
wait 从前面学过的：第二课 · 选一个 3000
tap 错
tap 选好了，看对不对
wait 答对了！ 3000
tap 看这一段
wait 回到题目 8000
tap 回到题目
tap 看结果
wait 答得真好！ 3000
shot $shots/review-well-done.png
audit
quit
S
is "nothing is left under way, no statement twice" "$(sql "SELECT count(*) FROM review_open"); $("$ctl" statements --json --data "$work/a" | python3 -c '
import json, sys, collections
s = [json.loads(l) for l in sys.stdin]
ids = [x["id"] for x in s]
answers = [x for x in s if x["verb"]["id"].endswith("/answered")]
reg = collections.Counter(x["context"]["registration"] for x in answers)
print(len(ids) - len(set(ids)), len(answers), sorted(reg.values()))')" "0; 0 9 [1, 2, 2, 4]"

# --- what the village answers worst ---
sql "UPDATE question_tally SET asked = asked + 20, wrong = wrong + CASE question_id WHEN 'q2' THEN 12 WHEN 'number' THEN 3 WHEN 'word' THEN 7 ELSE 0 END" >/dev/null
drive "the secretary sees what is answered worst, and never who" zh-CN <<S
tap 李书记
tap 1
tap 3
tap 5
tap 7
tap 9
tap 0
tap 完成
wait 我的学时 5000
tap 村里事务
tap 看看常答错的题
wait 先做什么？ 5000
pause 300
shot $shots/worst.png
audit
tap 中文/English
pause 300
shot $shots/worst.en.png
audit
tap 中文/English
pause 300
gone 王小明 1000
tap 看课
wait 暂停 8000
tap 返回
wait 先做什么？ 5000
tap 集体学
wait 第一课 5000
quit
S
exit $status
