#!/bin/bash
# runs: early
# kiosk_room.sh BUILD: a meeting in the real kiosk, driven by a pointer: thirty people in by taps, late and early, a card that
# stops the film, a power cut in the middle, questions, the signature; then what was recorded. And 300 people before one wall.
# Labels composed here: 冯一.
set -u
build=$(cd "$1" && pwd)
command -v Xvfb >/dev/null && [ -n "${DISPLAY:-}" ] || { echo "skip kiosk_room: no X display (Xvfb)"; exit 0; }
work=$(mktemp -d)
cd "$work" || exit 1
trap 'rm -rf "$work"' EXIT
export SDL_AUDIODRIVER=dummy TZ=Asia/Shanghai LC_ALL=C.UTF-8 WEIKE_LOG=error
unset WEIKE_DATA
ctl=$build/weikectl status=0
ok() { echo "ok kiosk_room: $1"; }
bad() { echo "not ok kiosk_room: $1"; [ -f "$work/log" ] && sed 's/^/    /' "$work/log" | cut -c1-900 | tail -12; status=1; }
is() { if [ "$2" = "$3" ]; then ok "$1"; else echo "    got: $2"; echo "    want: $3"; bad "$1"; fi; }
between() { if [ "$2" -ge "$3" ] && [ "$2" -le "$4" ]; then ok "$1 ($2)"; else echo "    $2 is not from $3 to $4"; bad "$1"; fi; }
kiosk() { # DATA LANG: script on stdin
    cat >"$work/script"
    timeout -k 3 180 "$build/weike" --data "$1" --window 1366x768 --lang "$2" --script "$work/script" >"$work/log" 2>&1
}
drive() { # NAME DATA LANG: script on stdin; one result
    local name=$1
    shift
    if kiosk "$@"; then ok "$name"; else bad "$name"; fi
}
sql() { # DATA QUERY: rows, one a line
    python3 - "$1/weike.db" "$2" <<'P'
import sqlite3, sys
for row in sqlite3.connect(f"file:{sys.argv[1]}?mode=ro", uri=True).execute(sys.argv[2]):
    print("|".join(str(v) for v in row))
P
}
verbs() { # DATA: verb counts, sorted: "answered=3 completed=1"
    "$ctl" statements --json --data "$1" | python3 -c '
import json, sys, collections
n = collections.Counter(json.loads(l)["verb"]["id"].rsplit("/", 1)[1] for l in sys.stdin)
print(" ".join(f"{k}={n[k]}" for k in sorted(n)))'
}
secretary() { # the way from the wall of faces to the village office
    printf 'wait 请点您的头像 10000\ntap 安书记\ntap 2\ntap 4\ntap 6\ntap 8\ntap 完成\nwait 村里事务 8000\n'
}

# --- a course with one lesson that stops to talk, and two questions ---
src=$work/src/meeting
mkdir -p "$src"
ffmpeg -nostdin -v error -y -f lavfi -i "testsrc2=s=640x360:r=25:d=30" -f lavfi -i "sine=440:d=30" -c:v libx264 -preset ultrafast -g 25 \
    -pix_fmt yuv420p -c:a aac -movflags +faststart "$src/film.mp4"
cat >"$src/film.gift" <<'G'
// weike: id=tf
::一:: 遇到陌生电话要核实。 {T####先核实。}

// weike: id=pick
::二:: 先做什么？ {=挂断 ~转账####先挂断。}
G
cat >"$src/course.json" <<'J'
{"id": "test.meeting", "version": 1, "title": {"zh-CN": "开会学", "en": "Meeting"}, "category": "safety", "lessons": [
 {"id": "00000000-0000-4000-8000-000000000071", "title": {"zh-CN": "大家看", "en": "Together"}, "media": "film.mp4", "questions": "film.gift",
  "pause": [{"at": 5, "ask": {"zh-CN": "谁接到过这种电话？", "en": "Who has had such a call?"}}]}]}
J
village() { # DATA COUNT: the secretary, who comes first, and so many people
    mkdir -p "$1"
    printf 'site_zh = "演练村"\nsite_en = "Drill village"\nidle_seconds = 60\ntarget { from = "2020-01-01"\n hours = 10\n}\n' >"$1/weike.conf"
    python3 - "$2" >"$work/people.csv" <<'P'
import sys
print("姓名,编号,密码,角色\n安书记,s,2468,书记")
surname, given = "白陈丁冯高韩江李马牛彭钱任宋唐吴徐杨赵周", "一二三四五六七八九十"
for i in range(int(sys.argv[1])):
    print(f"{surname[i // 10 % 20]}{given[i % 10]}{'' if i < 200 else '大'},m{i + 1},,村民")
P
    "$ctl" trust "$work/keys/weike.pub" --data "$1" && "$ctl" import "$work/tree" --data "$1" && "$ctl" member import "$work/people.csv" --data "$1"
}
if "$ctl" keygen --out "$work/keys" >"$work/log" 2>&1 && "$ctl" pack "$work/src" --key "$work/keys/weike.key" --out "$work/tree" >>"$work/log" 2>&1 &&
    village "$work/a" 32 >>"$work/log" 2>&1 && village "$work/b" 299 >>"$work/log" 2>&1; then ok "two villages are made"; else bad "two villages are made"; exit 1; fi

# --- thirty people in ---
# The wall shows eight a row before the film: three rows by one tap each, six people by their own.
{
    secretary
    printf 'tap 村里事务\ntap 集体学习\ntap 开会学\ntap 大家看\ntap 点名：谁到了？\nwait 到场 0 人 5000\n'
    for n in 8 16 24; do printf 'tap 这一排都到了\nwait 到场 %d 人 3000\n' $n; done
    n=24
    for who in 丁六 丁七 丁三 丁十 丁四 丁五; do n=$((n + 1)); printf 'tap %s\nwait 到场 %d 人 3000\n' $who $n; done
} >"$work/come.script"
{
    cat "$work/come.script"
    printf 'shot in.png\ntap 开始放片\nwait 暂停 8000\npause 2500\ntap 白八\nwait 到场 29 人 3000\nwait 白八 走了 2000\n'
    printf 'wait 谁接到过这种电话？ 12000\ntap 数举手\ntap 多一只手\npause 400\ntap 多一只手\ntap 记下人数\nwait 举手 2 人 2000\n'
    printf 'tap 请一位说说\ntap 说完了\ntap 接着学\nwait 暂停 4000\ntap 下一页\ntap 丁一\nwait 到场 30 人 3000\ntap 丁四\nwait 丁四 走了 2000\nwait 到场 29 人 3000\ntap 撤回\nwait 到场 30 人 3000\n'
    printf 'tap 冯二\nwait 到场 31 人 3000\ntap 撤回\nwait 到场 30 人 3000\n' # a wrong face: never there
    printf 'pause 7000\nshot cut.png\npause 60000\n'
} >"$work/first.script"
(cd "$work" && exec "$build/weike" --data "$work/a" --window 1366x768 --lang zh-CN --script "$work/first.script" >"$work/log" 2>&1) &
pid=$!
begun=$(date +%s%N)
for _ in $(seq 900); do [ -f "$work/in.png" ] && break; kill -0 $pid 2>/dev/null || break; sleep 0.1; done
taken=$((($(date +%s%N) - begun) / 1000000))
taps=$(grep -c '^tap ' "$work/come.script")
[ -f "$work/in.png" ] && between "thirty people are in: $taps taps, milliseconds with sign-in and choosing" "$taken" 0 60000 || bad "thirty people are in"

# --- the plug is pulled while it plays ---
for _ in $(seq 900); do [ -f "$work/cut.png" ] && break; kill -0 $pid 2>/dev/null || break; sleep 0.1; done
[ -f "$work/cut.png" ] && ok "late, early, hands, one person asked, undo" || bad "late, early, hands, one person asked, undo"
kill -9 $pid 2>/dev/null
wait $pid 2>/dev/null
before=$(sql "$work/a" "SELECT MAX(media_ms) FROM room_event WHERE kind IN (3,4,5)")
sleep 2
{
    printf 'wait 请点您的头像 10000\ntap 接着开会\ntap 2\ntap 4\ntap 6\ntap 8\ntap 完成\n' # from the wall, with the host's PIN
    printf 'wait 到场 30 人 5000\ndump after.json\ntap 接着开会\nwait 暂停 8000\n'
    printf 'wait 去答题 40000\ntap 去答题\nwait 第 1 题 遇到陌生电话要核实。 3000\ntap 多一只手\npause 400\ntap 多一只手\ntap 看答案\nwait 先核实。 2000\ntap 下一题\n'
    printf 'tap 一位来答\ntap 挂断\ntap 看答案\nwait 先挂断。 2000\ntap 题答完了\ntap 结束并签字\nwait 说几句 3000\ntap 看完片子，一起讨论了\n'
    printf 'tap 没错，签字\ntap 2\ntap 4\ntap 6\ntap 9\ntap 完成\nwait 不对，还可以试 4 次。 5000\ntap 2\ntap 4\ntap 6\ntap 8\ntap 完成\nwait 签好了 8000\nwait 每个人的学时都记好了。 20000\ntap 完成\nwait 我的学时 5000\nquit\n'
} | drive "after the cut the meeting goes on: roster and position; questions; a wrong PIN, then signed" "$work/a" zh-CN
python3 - "$work/after.json" "$before" <<'P' && ok "it goes on where it stopped" || bad "it goes on where it stopped"
import json, re, sys
text = json.dumps(json.load(open(sys.argv[1])), ensure_ascii=False)
m = re.search("停在 (?:(\\d+) 分 )?(\\d+) 秒", text)
at = int(m[1] or 0) * 60 + int(m[2]) if m else -1
print(f"    stopped at {at} s, the record says {int(sys.argv[2])} ms")
sys.exit(not (abs(at * 1000 - int(sys.argv[2])) <= 5000))
P

# --- what was recorded ---
is "one meeting, signed, its topic" "$(sql "$work/a" "SELECT state, topic FROM room")" "1|大家看"
is "thirty-one people attended" "$(sql "$work/a" "SELECT COUNT(*) FROM attendance")" 31
is "who was tapped by mistake and taken back was not there" "$(sql "$work/a" "SELECT COUNT(*) FROM attendance WHERE member_id = 'm32'")" 0
is "nobody attended twice" "$(sql "$work/a" "SELECT COUNT(DISTINCT member_id) FROM attendance")" 31
# Each one's credit against a replay of the events by other hands: what played while this person was here, each second once.
python3 - "$work/a/weike.db" <<'P' && ok "everybody is credited for what played while present" || bad "everybody is credited for what played while present"
import sqlite3, sys
db = sqlite3.connect(f"file:{sys.argv[1]}?mode=ro", uri=True)
BEGIN, LESSON, PLAY, TICK, PAUSE, SEEK, END, COME, GO, CUT, SIGN = 1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 18
present, earned, since, playing = set(), {}, None, False
pieces = {}
start = {}
def close(who, media, boot):  # never more than the time that passed
    if who in start:
        a, since_boot = start.pop(who)
        b = min(media, a + boot - since_boot)
        if b > a:
            pieces.setdefault(who, []).append((a, b))
for kind, boot, media, who in db.execute("SELECT kind, boot_ms, media_ms, member_id FROM room_event ORDER BY seq"):
    if kind == PLAY:
        playing, since = True, (boot, media)
        for p in present: start[p] = (media, boot)
    elif kind == TICK and playing:
        since = (boot, media)
    elif kind in (PAUSE, END) and playing:
        for p in list(start): close(p, media, boot)
        playing = False
    elif kind in (COME, GO) and playing and media > since[1]:
        since = (boot, media)
    if kind == COME:
        present.add(who)
        pieces.setdefault(who, [])
        if playing: start[who] = (since[1], boot)
    if kind == GO:
        if playing: close(who, since[1], boot)
        present.discard(who)
    if kind == CUT:
        for p in list(start): close(p, since[1], since[0])
        playing = False
def length(spans):
    total, end = 0, 0
    for a, b in sorted(spans):
        total += max(0, b - max(a, end))
        end = max(end, b)
    return total
wrong = 0
for who, watched, verified in db.execute("SELECT member_id, watched_ms, verified_ms FROM attendance"):
    want = length(pieces.get(who, []))
    if abs(watched - want) > 50 or verified > watched:
        print(f"    {who}: {watched} ms, by the replay {want}")
        wrong += 1
figures = sorted({round(w / 100) / 10 for (w,) in db.execute("SELECT watched_ms FROM attendance")})
print(f"    seconds credited: {figures}")
sys.exit(wrong or len(figures) < 3)
P
is "hours are those of the meeting" "$(sql "$work/a" "SELECT COUNT(*) FROM attendance a JOIN (SELECT member_id, SUM(watched_ms) w FROM viewing GROUP BY member_id) v ON v.member_id = a.member_id AND v.w = a.watched_ms WHERE a.watched_ms > 0")" "$(sql "$work/a" "SELECT COUNT(*) FROM attendance WHERE watched_ms > 0")"
said=$(verbs "$work/a")
case " $said " in *" attended=31 "*) ok "each attendance is a statement";; *) bad "attended: $said";; esac
case " $said " in *" host=1 "*|*" hosted=1 "*) ok "the meeting is one statement of who led it";; *) bad "hosted: $said";; esac
case " $said " in *" answered=1 "*) ok "who answered aloud has an answer";; *) bad "answered: $said";; esac
"$ctl" statements --json --data "$work/a" | python3 -c '
import json, sys
s = [json.loads(l) for l in sys.stdin]
assert len({x["id"] for x in s}) == len(s), "an id twice"
host = next(x for x in s if x["verb"]["id"].endswith("host"))
text = json.dumps(host, ensure_ascii=False)
assert "看完片子，一起讨论了" in text, text
assert "大家看" in text, text
meeting = next(v for k, v in (host.get("result") or {}).get("extensions", {}).items() if k.endswith("meeting"))
print("    " + json.dumps(meeting, ensure_ascii=False)[:400])
' && ok "topic, minutes and the cut are in it" || bad "topic, minutes and the cut are in it"
drive "who was not there may make it up" "$work/a" zh-CN <<'S'
wait 请点您的头像 10000
tap F
tap 冯一
wait 补上没赶上的课 5000
tap 补上没赶上的课
wait 暂停 8000
quit
S

# --- 300 people: every page of the wall, by letter too; the slowest frame ---
{
    secretary
    printf 'tap 村里事务\ntap 集体学习\ntap 开会学\ntap 大家看\ntap 点名：谁到了？\nwait 到场 0 人 5000\n'
    for n in 1 2 3 4 5 6 7 8 9; do printf 'tap 这一排都到了\ntap 下一页\n'; done
    printf 'tap 按字母找人\ntap Z\npause 300\ntap 按字母找人\ntap 所有人\npause 300\ntap 开始放片\nwait 暂停 8000\n'
    for n in 1 2 3 4 5 6; do printf 'tap 下一页\ntap 这一排都到了\npause 200\n'; done
    printf 'quit\n'
} >"$work/script"
WEIKE_LOG=debug timeout -k 3 120 "$build/weike" --data "$work/b" --window 1920x1080 --lang zh-CN --script "$work/script" >"$work/frames.log" 2>&1
rc=$?
tail -3 "$work/frames.log" >"$work/log"
is "300 people: pages, letters, rows, while it plays" "$rc" 0
figures=$(python3 - "$work/frames.log" <<'P'
import re, statistics, sys
ms = [float(m) for m in re.findall(r"frame room: ([\d.]+) ms", open(sys.argv[1]).read())]
print(len(ms), f"{statistics.median(ms):.1f}", f"{max(ms):.1f}", sum(m > 16 for m in ms))
P
)
read -r frames median slowest over <<<"$figures"
echo "    $frames frames, middle $median ms, slowest $slowest ms, $over over 16 ms"
python3 -c "import sys; sys.exit(not ($frames > 20 and $median < 16))" && ok "a frame with 300 people is drawn in time" || bad "a frame with 300 people"
exit $status
