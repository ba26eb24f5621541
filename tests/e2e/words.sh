#!/bin/bash
# runs: early
# words.sh BUILD: what people say about a lesson, in the real kiosk: pinyin by taps, a comment written, picked and spoken (a file is the
# microphone), hidden by the secretary and shown again; a guest; no microphone; a minute of speech under load.
# Labels composed here: ni hao (pinyin), 讲得真好！我要告诉家里人。 (two sentences picked).
set -u
build=$(cd "$1" && pwd)
command -v Xvfb >/dev/null && [ -n "${DISPLAY:-}" ] || { echo "skip words: no X display (Xvfb)"; exit 0; }
command -v ffmpeg >/dev/null || { echo "skip words: no ffmpeg"; exit 0; }
[ -f /usr/share/rime-data/build/luna_pinyin.table.bin ] || { echo "skip words: no librime tables (rime-data-luna-pinyin)"; exit 0; }
work=$(mktemp -d)
cd "$work" || exit 1
trap 'rm -rf "$work"' EXIT
export TZ=Asia/Shanghai LC_ALL=C.UTF-8 WEIKE_LOG=error SDL_AUDIODRIVER=disk SDL_DISKAUDIOFILE=/dev/null SDL_DISKAUDIOFILEIN=$work/voice.raw
unset WEIKE_DATA SDL_DISKAUDIODELAY
ctl=$build/weikectl status=0
ok() { echo "ok words: $1"; }
bad() { echo "not ok words: $1"; [ -f "$work/log" ] && sed 's/^/    /' "$work/log" | cut -c1-600 | tail -12; status=1; }
is() { if [ "$2" = "$3" ]; then ok "$1"; else echo "    got: $2"; echo "    want: $3"; bad "$1"; fi; }
kiosk() { cat >"$work/script"; timeout -k 3 180 "$build/weike" --data "$work/d" --window 1366x768 --panel-mm 345 --lang zh-CN --script "$work/script" >"$work/log" 2>&1; }
drive() { local name=$1; if kiosk; then ok "$name"; else bad "$name"; fi; }
said() { # FIELD: of the newest `commented` statement
    "$ctl" statements --json --data "$work/d" | python3 -c '
import json, sys, base64, hashlib
last = [s for s in map(json.loads, sys.stdin) if s["verb"]["id"].endswith("/commented")][-1]
a = (last.get("attachments") or [{}])[0]
voice = base64.b64decode(a["fileUrl"].split(",", 1)[1]) if a else b""
open("sent.opus", "wb").write(voice)
print({"response": last["result"].get("response", ""), "name": last["actor"]["account"]["name"], "bytes": len(voice), "json": len(json.dumps(last)),
       "whole": not a or (a["length"] == len(voice) and a["sha2"] == hashlib.sha256(voice).hexdigest())}[sys.argv[1]])' "$1"
}

# --- one course, two people, a voice of 65 s ---
src=$work/src/talk
mkdir -p "$src"
ffmpeg -nostdin -v error -y -f lavfi -i testsrc2=s=320x180:r=10:d=3 -f lavfi -i sine=440:d=3 -c:v libx264 -preset ultrafast -pix_fmt yuv420p -c:a aac \
    -movflags +faststart "$src/one.mp4"
cat >"$src/course.json" <<'J'
{"id": "test.talk", "version": 1, "title": {"zh-CN": "聊天课", "en": "Talk"}, "category": "village",
 "lessons": [{"id": "00000000-0000-4000-8000-00000000000a", "title": {"zh-CN": "一课", "en": "Lesson"}, "media": "one.mp4"}]}
J
ffmpeg -nostdin -v error -y -f lavfi -i "sine=440:sample_rate=48000:d=65" -af volume=4dB -f s16le -ac 1 voice.raw
printf 'name,id,pin,role\n王秀兰,wang,,member\n李书记,li,,secretary\n' >members.csv
{ "$ctl" keygen --out "$work/keys" && "$ctl" pack "$work/src" --key "$work/keys/weike.key" --out "$work/tree" && mkdir -p "$work/d" &&
    printf 'site_zh = "说话村"\nsite_en = "Talk village"\nidle_seconds = 300\n' >"$work/d/weike.conf" &&
    "$ctl" trust "$work/keys/weike.pub" --data "$work/d" && "$ctl" import "$work/tree" --data "$work/d" &&
    "$ctl" member import members.csv --data "$work/d"; } >"$work/log" 2>&1 || { bad "content and members"; exit 1; }
enter='tap 聊天课
tap 说说《一课》'

drive "你好 by taps on pinyin, and letters, and digits" <<S
wait 请点您的头像 15000
tap 王秀兰
$enter
wait 您来第一个说说这一课吧。 5000
tap 写字
tap n
tap i
tap h
tap a
tap o
wait 你好 5000
tap 你好
gone ni hao 3000
tap ，
tap c
tap u
tap n
wait 村 3000
tap 村
tap English
tap 大写
tap O
tap k
tap 123
tap 8
audit
tap 完成
wait 你好，村Ok8 5000
audit
quit
S
is "it is a statement, with these words" "$(said response)" "你好，村Ok8"
is "and by her" "$(said name)" wang

drive "a picked phrase is shown at once" <<S
wait 请点您的头像 15000
tap 王秀兰
$enter
tap 选一句
tap 讲得真好！
tap 我要告诉家里人。
audit
tap 发给大家
wait 讲得真好！我要告诉家里人。 5000
audit
quit
S

# Two processors: two loops that work half of the time.
for _ in 1 2; do (while :; do timeout 0.05 sh -c 'while :; do :; done'; sleep 0.05; done) & done
loads=$(jobs -p)
drive "a minute spoken at 50 % load, heard again, sent" <<S
wait 请点您的头像 15000
tap 王秀兰
$enter
tap 说话
pause 500
audit
tap 开始说话
pause 3000
audit
wait 听一听 75000
audit
tap 听一听
wait 停止 3000
pause 500
tap 停止
tap 发给大家
wait 一段语音 10000
audit
quit
S
# shellcheck disable=SC2086
kill $loads 2>/dev/null
is "the statement carries the voice whole" "$(said whole)" True
ffmpeg -nostdin -v error -y -i sent.opus -f s16le -ar 48000 -ac 1 sent.raw
is "60 s, and no gap in the tone" "$(python3 - <<'P'
import array, math
pcm = array.array('h', open('sent.raw', 'rb').read())
n, worst, base = 2400, 0, None
for at in range(n, len(pcm) - 2 * n, n):
    re = im = 0.0
    for i in range(at, at + n, 3):
        a = 2 * math.pi * 440 * i / 48000
        re += pcm[i] * math.sin(a); im += pcm[i] * math.cos(a)
    phase = math.atan2(im, re) / (2 * math.pi)
    base = phase if base is None else base
    worst = max(worst, abs((phase - base + 0.5) % 1 - 0.5))
print(len(pcm), worst < 0.1)
P
)" "2880000 True"
size=$(said json)
if [ "$size" -lt 262144 ]; then ok "its record has $size bytes of at most 262144"; else bad "its record has $size bytes"; fi

drive "the secretary hides one, and it is still there for her" <<S
wait 请点您的头像 15000
tap 李书记
tap 村里事务
tap 听听大家的话
wait 你好，村Ok8 5000
audit
tap 隐藏
wait 恢复显示 5000
audit
quit
S
drive "nobody else sees it; a guest may read and not write" <<S
wait 请点您的头像 15000
tap 直接学习
$enter
wait 你好，村Ok8 5000
gone 一段语音 3000
gone 写字 1000
wait 想说话，请先点头像登录。 1000
audit
quit
S
drive "shown again" <<S
wait 请点您的头像 15000
tap 李书记
tap 村里事务
tap 听听大家的话
tap 恢复显示
gone 恢复显示 5000
quit
S
export SDL_AUDIODRIVER=none-such
drive "without a microphone: one sentence, and writing still works" <<S
wait 请点您的头像 15000
tap 王秀兰
$enter
tap 说话
wait 没有找到话筒，请告诉技术员。您可以写字，或者选一句话。 5000
audit
tap 返回
tap 写字
wait 空格 3000
quit
S
exit $status
