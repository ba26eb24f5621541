#!/bin/bash
# runs: early
# kiosk_link.sh BUILD: the real kiosk with sticks and a network: a stick opens its screen, brings lessons, takes records, comes
# back from a real hub with receipts; is pulled, is a stranger's, comes in the middle of a lesson. A server that is slow, wants a
# log-in, is lent by a phone. Folders stand for sticks ($WEIKE_STICKS).
# Labels composed here: 急救第一课.
set -u
build=$(cd "$1" && pwd)
here=$(cd "$(dirname "$0")" && pwd)
command -v Xvfb >/dev/null && [ -n "${DISPLAY:-}" ] || { echo "skip kiosk_link: no X display (Xvfb)"; exit 0; }
[ -f "$build/weike-sync.so" ] || { echo "skip kiosk_link: weike-sync.so is not built"; exit 0; }
work=$(mktemp -d)
pids=()
trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT
cd "$work" || exit 1
export SDL_AUDIODRIVER=dummy TZ=Asia/Shanghai LC_ALL=C.UTF-8 WEIKE_LOG=error WEIKE_HARDWARE=e2e
unset WEIKE_DATA
ctl=$build/weikectl hub=$build/weike-hub status=0
ok() { echo "ok kiosk_link: $1"; }
bad() { echo "not ok kiosk_link: $1"; cut -c1-700 "$work/log" | sed 's/^/    /' | tail -12; status=1; }
is() { if [ "$2" = "$3" ]; then ok "$1"; else echo "    got: $2"; echo "    want: $3"; bad "$1"; fi; }
begin() { # DATA LANG: script on stdin; goes on in the background
    rm -f ./*.png
    cat >script
    timeout -k 3 120 "$build/weike" --data "$1" --window 1366x768 --lang "$2" --script script >log 2>&1 &
    kiosk=$!
}
reached() { # NAME: the script took the picture NAME.png
    for _ in $(seq 300); do [ -f "$1.png" ] && return; kill -0 $kiosk 2>/dev/null || return; sleep 0.1; done
}
ended() { if wait $kiosk; then ok "$1"; else bad "$1"; fi; } # NAME
plug() { mv "$1" slot; }   # FOLDER becomes the stick
pull() { mv slot "$1"; }
export WEIKE_STICKS=$work/slot:$work/slot2
courses() { "$ctl" status --json --data "$1" | python3 -c 'import json, sys; print(json.load(sys.stdin)["courses"])'; }
records() { python3 "$here/add_records.py" "$@"; } # DATA FIRST COUNT
shows() { # DUMP WORDS: 1 if they are on that screen
    grep -c -- "$2" "$1"
}

# --- two courses, the first is here, both are on the stick ---
film() { ffmpeg -nostdin -v error -y -f lavfi -i "nullsrc=d=$1:s=320x240:r=10,geq=random(1)*255:128:128" -f lavfi -i "sine=d=$1" -shortest \
    -c:v libx264 -preset ultrafast -b:v 4M -c:a aac "$2"; }
course() { # FOLDER N TITLE SECONDS
    mkdir -p "src/$1"
    film "$4" "src/$1/film.mp4"
    printf '{"id": "test.%s", "version": 1, "title": {"zh-CN": "%s", "en": "%s"}, "category": "%s",\n "lessons": [{"id": "00000000-0000-4000-8000-00000000000%s", "title": {"zh-CN": "%s第一课", "en": "Lesson of %s"}, "media": "film.mp4"}]}\n' \
        "$1" "$3" "$1" "$([ "$2" = 1 ] && echo health || echo safety)" "$2" "$3" "$1" >"src/$1/course.json"
}
village() { # DATA CONFIG-LINE
    mkdir -p "$1"
    printf 'site_zh = "演练村"\nsite_en = "Drill village"\nidle_seconds = 600\n%s\n' "${2:-}" >"$1/weike.conf"
    "$ctl" trust keys/weike.pub --data "$1" >>log 2>&1 && "$ctl" import tree1 --data "$1" >>log 2>&1 && "$ctl" member add --name 王小明 --id m1 --data "$1" >>log 2>&1
}
course aid 1 急救 40
"$ctl" keygen --out keys >log 2>&1 && "$ctl" pack src --key keys/weike.key --out tree1 >>log 2>&1 || bad "content"
cp -r tree1 tree2
course flood 2 防汛 3
"$ctl" pack src --key keys/weike.key --out tree2 >>log 2>&1 || bad "more content"
village a && ok "a village and its content are made" || { bad "a village is made"; exit 1; }
mkdir -p mail/WEIKE photos/DCIM
cp -r tree2/repo mail/WEIKE/repo
echo x >photos/DCIM/1.jpg

# --- a county, if there is one: it enters the village, so that records may be sealed ---
if [ -x "$hub" ]; then
    mkdir -p county
    "$hub" --data county --listen 127.0.0.1:0 >hub.said 2>hub.err & pids+=($!)
    hport=$(timeout 20 bash -c 'until sed -nE "s/.*port ([0-9]+)$/\1/p" hub.said | grep -m1 .; do sleep 0.05; done')
    code=$("$hub" enrol "演练村" --data county --json | python3 -c 'import json,sys; print(json.load(sys.stdin)["code"])')
    printf 'server = "http://127.0.0.1:%s"\n' "$hport" >>a/weike.conf
    "$ctl" enrol "$code" --data a >log 2>&1 && ok "the county enters the village" || bad "the county enters the village"
    sed -i '/^server/d' a/weike.conf # from here on by stick only
    carried=312
else
    echo "skip kiosk_link: no weike-hub, so records stay"
    carried=0
fi
records a 1 312

# --- plugged in at the wall ---
begin a zh-CN <<'S'
wait 请点您的头像 10000
shot ready.png
wait U 盘已插入 10000
wait 防汛 10000
wait 312 3000
dump looked.json
tap 开始更新
wait 完成 30000
dump done.json
shot done.png
gone U 盘已插入 10000
tap 直接学习
wait 防汛 3000
quit
S
reached ready
plug mail
reached "done"
pull mail
ended "a stick at the wall: seen, exchanged, pulled"
is "two courses are here" "$(courses a)" 2
is "it says that all of it fits" "$(shows looked.json 装得下)" 1
if [ $carried -gt 0 ]; then
    is "safe to remove is said once everything was read back" "$(shows done.json 可以拔出)" 2
    is "records to carry: sealed" "$(shows looked.json 已封存)" 1
    is "they lie on the stick" "$("$ctl" stick status mail --json | grep -c '"statements": 312\|312')" 1
    "$hub" stick mail --data county >log 2>&1 && ok "the county takes them from it" || bad "the county takes them from it"
    # --- the stick comes back: receipts free the records; nothing else is new ---
    begin a zh-CN <<'S'
wait 请点您的头像 10000
shot ready.png
wait U 盘已插入 10000
wait 上面没有新课 10000
tap 开始更新
wait 县里收到 312 条 20000
wait 完成 20000
tap 完成
wait 请点您的头像 5000
tap 直接学习
tap 消息和记录
wait 0 条 3000
wait 县里上次回执 1000
wait 312 条 3000
quit
S
    reached ready
    plug mail
    ended "the stick comes back with receipts"
    pull mail
    is "nothing waits any more" "$("$ctl" outbox --json --data a | python3 -c 'import json,sys; print(json.load(sys.stdin)["waiting"])')" 0
fi

if [ $carried -gt 0 ]; then # --- the same by network: what waits goes, the receipt comes ---
    cp -r tree2/repo county/repo
    printf 'server = "http://127.0.0.1:%s"\n' "$hport" >>a/weike.conf
    records a 1000 40
    begin a zh-CN <<'S'
wait 上次联系 10000
tap 消息和记录
wait 40 条 5000
tap 现在就问
wait 0 条 20000
wait 40 条 3000
dump sent.json
quit
S
    ended "by network: what waits goes to the county, and its receipt is told"
    is "nobody calls for help" "$(grep -c 请找技术员 sent.json)" 0
    is "the county keeps each once" "$("$hub" status --data county --json | python3 -c 'import json,sys; print(json.load(sys.stdin)["statements"])')" 352
fi

# --- in the middle of a lesson: only a sign; the screen comes afterwards ---
village b >/dev/null
begin b zh-CN <<'S'
tap 直接学习
tap 急救
tap 急救第一课
wait 暂停 10000
shot plays.png
wait 有 U 盘 10000
pause 500
dump lesson.json
gone 有 U 盘 15000
tap 显示按钮
wait 有 U 盘 2000
tap 返回
wait U 盘已插入 5000
tap 先不用
wait 急救第一课 3000
tap 有 U 盘
wait U 盘已插入 3000
quit
S
reached plays
plug mail
ended "in a lesson only a sign, for ten seconds; afterwards the screen; put off, it can be opened again"
is "the lesson was not covered" "$(shows lesson.json 开始更新)" 0
pull mail

# --- pulled while its screen is up, put back ---
begin b zh-CN <<'S'
wait 请点您的头像 10000
shot ready.png
wait 防汛 10000
shot seen.png
wait U 盘拔出来了 10000
shot pulled.png
wait 防汛 10000
wait 开始更新 1000
gone U 盘拔出来了 3000
tap 先不用
wait 请点您的头像 3000
quit
S
reached ready
plug mail
reached seen
pull mail
reached pulled
plug mail
ended "pulled, it says so; put back, it goes on"
pull mail

# --- somebody's own stick ---
begin b en <<'S'
wait Tap your picture 10000
shot ready.png
wait This stick is not prepared for lessons 10000
tap All right
wait Tap your picture 3000
pause 1500
gone A stick is in 1000
quit
S
reached ready
plug photos
ended "a stranger's stick is left alone"
pull photos
is "and nothing is on it but what was" "$(find photos -type f | wc -l)" 1

# --- two at once: one after the other ---
begin b zh-CN <<'S'
wait 请点您的头像 10000
shot ready.png
wait 防汛 10000
shot seen.png
pause 1500
dump first.json
tap 先不用
wait 这个 U 盘不是送课用的 10000
tap 知道了
wait U 盘已插入 10000
wait 开始更新 10000
quit
S
reached ready
plug mail
reached seen
mv photos slot2
ended "two sticks: one after the other"
is "the second waits for the first" "$(shows first.json 不是送课用的)" 0
mv slot2 photos
pull mail

# --- a slow network: what comes is shown, can be stopped and goes on; new lessons appear by themselves ---
cp -r tree2/repo www-repo && mkdir www && mv www-repo www/repo
coproc SERVER { python3 "$here/../net/server.py" "$work/www" 2>/dev/null; }
pids+=("$SERVER_PID")
read -r port <&"${SERVER[0]}"
rules() { curl -s -o /dev/null -d "$1" "http://127.0.0.1:$port/!rules"; }
rules '[{"match": "/b/", "do": "slow", "n": 250000}]'
village c "server = \"http://127.0.0.1:$port\"" >/dev/null
begin c zh-CN <<'S'
wait 请点您的头像 10000
wait 上次联系 5000
wait 从来没有 3000
tap 消息和记录
wait 现在就问 10000
tap 现在就问
wait 暂停 15000
pause 1200
dump coming.json
tap 暂停
wait 已手动暂停。 3000
tap 继续
wait 现在没有新内容。 30000
tap 返回
tap 直接学习
wait 防汛 10000
tap 消息和记录
dump after.json
quit
S
ended "lessons come over a slow network; paused, gone on with, here"
is "what is coming is named" "$(shows coming.json 防汛)" 1
is "the last contact is told" "$(shows after.json '今天 ')" 1
is "nobody is told that all is in step" "$(cat ./*.json | grep -c -i 'synced\|已同步')" 0

# --- the network wants a log-in; a phone lends its link and is given back ---
rules '[{"match": ".", "do": "portal"}]'
begin c en <<'S'
wait Tap your picture 10000
tap News and records
tap Ask now
wait The network needs a log-in first. Please call the technician. 15000
tap Borrow a phone's link for two minutes
wait It takes two minutes and 20 MB at most, then it stops by itself. 3000
tap Not now
tap Borrow a phone's link for two minutes
tap Borrow it
wait The phone's link is in use 5000
pause 1200
dump lent.json
tap Stop
gone The phone's link is in use 5000
tap Back
wait the network needs a log-in 3000
quit
S
ended "a network that wants a log-in is called one; a phone's link is asked for once and given back"
is "both limits count down" "$(grep -cE '1:[0-5][0-9] left · (20|19|[0-9.]+) MB left' lent.json)" 1

# --- no module: the kiosk is as before ---
mkdir bare
cp "$build/weike" bare/
cp "$build/weike-player" bare/ 2>/dev/null
cp -r "$build/locale" bare/
cat >script <<'S'
wait 请点您的头像 10000
pause 800
tap 直接学习
wait 急救 5000
tap 消息和记录
wait 这里没有设网络。课程和记录靠 U 盘来往。 3000
quit
S
timeout -k 3 60 bare/weike --data b --window 1366x768 --lang zh-CN --script script >log 2>&1
is "without weike-sync.so the lessons are there all the same" "$?" 0
is "and the log says what is missing" "$(grep -c 'weike-sync.so is not installed' log)" 1
exit $status
