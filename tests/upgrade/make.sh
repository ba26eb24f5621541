#!/bin/bash
# make.sh BUILD OUT: with the programs of an older version in BUILD, makes what people of that version have: a county's hub, a
# township's below it, a village that was cut off in the middle of a meeting, and a stick. Leaves OUT/data.tar.xz and
# OUT/expected.txt, which is what that version itself sees in them.
#
# Run once for each version that is out, on a checkout of it, and never again: `git worktree add /tmp/old COMMIT`, build it,
# then `tests/upgrade/make.sh /tmp/old/build tests/upgrade/COMMIT`. Keys in it are test keys. Needs ffmpeg, espeak-ng, a display.
set -eu
BUILD=$(cd "$1" && pwd)
mkdir -p "$2"
out=$(cd "$2" && pwd)
here=$(cd "$(dirname "$0")" && pwd)
WORK=$(mktemp -d)
# shellcheck source=tests/hub/kit.sh
source "$here/../hub/kit.sh"
finish() {
    local status=$?
    [ $status = 0 ] || tail -n 5 log county.log town.log town.out >&2
    hubs_end
    rm -rf "$WORK"
}
trap finish EXIT
export SDL_AUDIODRIVER=dummy TZ=Asia/Shanghai LC_ALL=C.UTF-8 WEIKE_LOG=error SOURCE_DATE_EPOCH=1795000000
unset WEIKE_DATA
ctl=$BUILD/weikectl hub=$BUILD/weike-hub
cd "$WORK"
: >log
step() { echo "make: $*" >&2; }
export WEIKE_LOG=warn
kiosk() { # DATA: script on stdin
    cat >script
    timeout -k 3 120 "$BUILD/weike" --data "$1" --window 1366x768 --lang zh-CN --script "$WORK/script" >log 2>&1 || { tail -5 log; exit 1; }
}

step "a county, a township, their lessons"
mkdir -p src/a src/b
film() { ffmpeg -nostdin -v error -y -f lavfi -i "testsrc2=s=160x90:r=5:d=$2" -f lavfi -i "sine=440:d=$2" -c:v libx264 -preset veryfast -crf 40 -g 10 \
    -pix_fmt yuv420p -c:a aac -b:a 24k -movflags +faststart "$1"; }
film src/a/one.mp4 6
film src/a/two.mp4 8
film src/b/long.mp4 40
printf '// weike: id=tf\n::一:: 遇到陌生电话要核实。 {T####先核实。}\n\n// weike: id=pick\n::二:: 先做什么？ {=挂断 ~转账####先挂断。}\n' >src/a/one.gift
cat >src/a/course.json <<'J'
{"id": "test.fraud", "version": 1, "title": {"zh-CN": "防骗", "en": "Fraud"}, "category": "safety", "lessons": [
 {"id": "00000000-0000-4000-8000-000000000071", "title": {"zh-CN": "一课", "en": "One"}, "media": "one.mp4", "questions": "one.gift"},
 {"id": "00000000-0000-4000-8000-000000000072", "title": {"zh-CN": "二课", "en": "Two"}, "media": "two.mp4",
  "pause": [{"at": 4, "ask": {"zh-CN": "谁接到过？", "en": "Who has?"}}]}]}
J
cat >src/b/course.json <<'J'
{"id": "test.flood", "version": 2, "title": {"zh-CN": "防汛", "en": "Flood"}, "category": "health", "lessons": [
 {"id": "00000000-0000-4000-8000-000000000081", "title": {"zh-CN": "长课", "en": "Long"}, "media": "long.mp4"}]}
J
hub_start county
hub_joins town county
"$ctl" root init keys --county county/county/county.pub >log 2>&1
"$ctl" publish src --repo county/repo --keys keys --packs >>log 2>&1
"$ctl" trust county/repo/root/1.root --data county >>log 2>&1
"$ctl" trust county/repo/root/1.root --data town >>log 2>&1
hub_start town --upstream "${HUB_URL[county]}" --now
# An operator of the county, as a browser would make one.
setup=$(sed -n 's/.*One-time code for the first: \([a-z0-9-]*\).*/\1/p' county.out)
nonce=$(curl -s "${HUB_URL[county]}/status" | grep -oE 'value="[0-9a-f]{16,}"' | head -1 | grep -oE '[0-9a-f]{16,}')
curl -s -o /dev/null --data-urlencode "nonce=$nonce" --data-urlencode "code=$setup" -d 'name=li&password=geheim-22&again=geheim-22' "${HUB_URL[county]}/admin/setup"

step "a village: people, lessons over the link, a voice"
mkdir -p village outlying
printf 'site_zh = "清水村"\nsite_en = "Qingshui"\nidle_seconds = 300\nserver = "%s"\n' "${HUB_URL[town]}" >village/weike.conf
printf '姓名,编号,密码,角色\n安书记,s,2468,书记\n王小明,m1,,村民\n李秀兰,m2,,村民\n赵大山,m3,,村民\n钱有福,m4,,村民\n' >people.csv
site=$("$hub" enrol 清水村 --data town 2>/dev/null | grep -oE '[a-z0-9]{4}(-[a-z0-9]{4})+' | head -1)
WEIKE_HARDWARE=village "$ctl" enrol "$site" --data village >>log 2>&1
"$ctl" trust county/repo/root/1.root --data village >>log 2>&1
"$ctl" member import people.csv --data village >>log 2>&1
"$ctl" technician --pin 135790 --data village >>log 2>&1 || "$ctl" technician pin 135790 --data village >>log 2>&1 || true
mkdir takes
name() { "$ctl" voice list --lang zh-CN-x-sichuan --json --data village | python3 -c 'import json, sys
print(next(p["name"] for p in json.load(sys.stdin) if p["text"] == sys.argv[1]))' "$1"; }
for text in 返回 我的学时; do espeak-ng -v cmn-latn-pinyin -w "takes/$(name $text).wav" "$text"; done
"$ctl" voice record voice --from takes --lang zh-CN-x-sichuan --id test.voice.sichuan --title 四川话 --data village >>log 2>&1
"$ctl" keygen --out vkeys >>log 2>&1
"$ctl" voice pack voice --key vkeys/weike.key --out vtree >>log 2>&1
"$hub" status --data town >>log 2>&1 || true
for _ in 1 2 3 4 5 6; do
    timeout 60 "$ctl" sync --once --data village >>log 2>&1 || true
    [ "$("$ctl" status --json --data village | python3 -c 'import json,sys; print(json.load(sys.stdin)["courses"])')" = 2 ] && break
    sleep 3
done
"$ctl" trust vkeys/weike.pub --data village >>log 2>&1
"$ctl" import vtree --data village >>log 2>&1

step "people learn, answer, speak"
kiosk village <<'S'
wait 请点您的头像 15000
tap 王小明
wait 我的学时 5000
tap 防骗
tap 一课
wait 去答题 30000
tap 去答题
wait 第 1 题，共 2 题 5000
tap 对
tap 选好了，看对不对
wait 答对了！ 3000
tap 下一题
tap 转账
tap 选好了，看对不对
wait 这次没答对 3000
tap 看结果
wait 1 / 2 3000
tap 看我的学时
wait 一课 5000
tap 返回
wait 说说《一课》 5000
tap 说说《一课》
tap 选一句
tap 讲得真好！
tap 发给大家
wait 讲得真好！ 5000
pause 500
quit
S
kiosk village <<'S'
wait 请点您的头像 15000
tap 安书记
tap 2
tap 4
tap 6
tap 8
tap 完成
wait 村里事务 8000
tap 村里事务
tap 集体学习
tap 防骗
tap 二课
tap 点名：谁到了？
wait 到场 0 人 5000
tap 李秀兰
wait 到场 1 人 3000
tap 赵大山
wait 到场 2 人 3000
tap 钱有福
wait 到场 3 人 3000
tap 开始放片
wait 谁接到过？ 20000
tap 接着学
wait 结束并签字 30000
tap 结束并签字
wait 说几句 3000
tap 看完片子，一起讨论了
tap 没错，签字
tap 2
tap 4
tap 6
tap 8
tap 完成
wait 签好了 8000
wait 每个人的学时都记好了。 20000
tap 完成
wait 集体学习 5000
quit
S
"$ctl" register csv attendance --out attendance.csv --data village >>log 2>&1
"$ctl" register csv hours --out hours.csv --data village >>log 2>&1
step "records go up; receipts come back"
for _ in 1 2 3; do timeout 60 "$ctl" sync --once --data village >>log 2>&1 || true; sleep 2; done

step "an outlying village, by stick alone"
mkdir -p stick
printf 'site_zh = "远村"\n' >outlying/weike.conf
site=$("$hub" enrol 远村 --data county 2>/dev/null | grep -oE '[a-z0-9]{4}(-[a-z0-9]{4})+' | head -1)
printf 'server = "%s"\n' "${HUB_URL[county]}" >>outlying/weike.conf
WEIKE_HARDWARE=outlying "$ctl" enrol "$site" --data outlying >>log 2>&1
"$ctl" trust county/repo/root/1.root --data outlying >>log 2>&1
"$ctl" member add --name 远方 --id w1 --data outlying >>log 2>&1
"$hub" stick stick --data county >>log 2>&1
WEIKE_HARDWARE=outlying "$ctl" stick import stick --data outlying >>log 2>&1
kiosk outlying <<'S'
wait 请点您的头像 15000
tap 远方
wait 我的学时 5000
tap 防骗
tap 一课
wait 去答题 30000
tap 去答题
tap 对
tap 选好了，看对不对
wait 答对了！ 3000
pause 500
quit
S
WEIKE_HARDWARE=outlying "$ctl" stick export stick --data outlying >>log 2>&1

step "then the lights go out: an open quiz, an open lesson, an open meeting"
cat >script <<'S'
wait 请点您的头像 15000
tap 李秀兰
wait 我的学时 5000
tap 防骗
tap 一课
wait 去答题 30000
tap 去答题
wait 第 1 题，共 2 题 5000
tap 对
tap 选好了，看对不对
wait 答对了！ 3000
tap 下一题
tap 返回
wait 说说《一课》 5000
tap 我学完了
wait 请点您的头像 9000
tap 安书记
tap 2
tap 4
tap 6
tap 8
tap 完成
wait 村里事务 8000
tap 村里事务
tap 集体学习
tap 防汛
tap 长课
tap 点名：谁到了？
wait 到场 0 人 5000
tap 王小明
wait 到场 1 人 3000
tap 赵大山
wait 到场 2 人 3000
tap 开始放片
pause 6000
shot cut.png
pause 60000
S
"$BUILD/weike" --data village --window 1366x768 --lang zh-CN --script "$WORK/script" >log 2>&1 &
pid=$!
for _ in $(seq 900); do [ -f cut.png ] && break; kill -0 $pid 2>/dev/null || { tail -5 log; exit 1; }; sleep 0.1; done
kill -9 $pid
wait $pid 2>/dev/null || true
for name in county town; do hub_stop $name; done
rm -f cut.png

cat >script <<'S'
wait 请点您的头像 15000
tap 远方
wait 我的学时 5000
tap 防汛
tap 长课
wait 暂停 8000
pause 7000
shot cut.png
pause 60000
S
rm -f cut.png
"$BUILD/weike" --data outlying --window 1366x768 --lang zh-CN --script "$WORK/script" >log 2>&1 &
pid=$!
for _ in $(seq 900); do [ -f cut.png ] && break; kill -0 $pid 2>/dev/null || { tail -5 log; exit 1; }; sleep 0.1; done
kill -9 $pid
wait $pid 2>/dev/null || true

# The cut was days ago, under another boot: what a start does then does not depend on when this is unpacked.
python3 - village/weike.db outlying/weike.db <<'P'
import sqlite3, sys
for path in sys.argv[1:]:
    db = sqlite3.connect(path)
    boot = "00000000-0000-4000-8000-00000000b007"
    db.execute("UPDATE room SET began_ms = began_ms - 172800000 WHERE state = 0")
    db.execute("UPDATE room_event SET wall_ms = wall_ms - 172800000, boot_id = ? WHERE room_seq IN (SELECT seq FROM room WHERE state = 0)", (boot,))
    db.execute("UPDATE viewing SET boot_id = ? WHERE state = 0", (boot,))
    db.commit()
    db.close()
    open(path + "-wal", "a").close()  # Python takes the journal away with it, which would look like a cut of another kind
P

step "packed, and what this version sees in it"
mkdir data
cp -a county town village outlying stick keys vkeys data/
cp attendance.csv hours.csv data/
date +%Y-%m >data/month
tar -C data --sort=name --owner=0 --group=0 -cf - . | xz -9e >"$out/data.tar.xz"
cp -r data seen
"$here/see.sh" "$BUILD" seen >"$out/expected.txt"
ls -l "$out" >&2
wc -l "$out/expected.txt" >&2
