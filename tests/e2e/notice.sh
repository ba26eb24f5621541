#!/bin/bash
# notice.sh BUILD: notices from an author's folder to the board: packed, published, fetched by HTTP, imported from a stick, found
# again after damage; read and read aloud in the real kiosk; those that have ended or not begun are not shown.
set -u
build=$(cd "$1" && pwd)
ctl=$build/weikectl
root=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
export NETWORK=$work/net LC_ALL=C.UTF-8 TZ=Asia/Shanghai WEIKE_LOG=${WEIKE_LOG:-error} WEIKE_HARDWARE=e2e SDL_AUDIODRIVER=dummy
unset WEIKE_DATA
mkdir -p "$NETWORK"
. "$root/tests/net/kit.sh"
trap 'net_stop; rm -rf "$work"' EXIT
cd "$work" || exit 1
status=0 url=''
ok() { echo "ok notice: $1"; }
bad() { echo "not ok notice: $1"; [ -f said ] && sed 's/^/    /' said | cut -c1-400 | tail -8; status=1; }
is() { if [ "$2" = "$3" ]; then ok "$1"; else echo "    got: $2"; echo "    want: $3"; bad "$1"; fi; }
must() { "$@" >said 2>&1 || { bad "$*"; exit 1; }; }
rows() { # DATA: "id version poster-is-here" of each notice, newest first
    python3 - "$1" <<'P'
import os, sqlite3, sys
db = sqlite3.connect(f"file:{sys.argv[1]}/weike.db?mode=ro", uri=True)
here = lambda h: "+" if h and os.path.exists(f"{sys.argv[1]}/blobs/{h[:2]}/{h}") else "-"
print(" ".join(f"{i.split('.')[-1]}{v}{here(h)}" for i, v, h in db.execute("SELECT k.id, k.version, k.poster_sha256 FROM notice n JOIN package k"
    " ON k.seq = n.package_seq AND k.active = 1 ORDER BY n.from_day DESC, k.id")))
P
}

# --- what the author writes: four days before today to four after, one over, one to come, one without an end ---
day() { date -d "$1 days" +%F; }
notice() { # NAME VERSION FROM UNTIL TITLE
    mkdir -p "src/$1"
# In English they are called "Notice now", "Notice ever" and so on.
    printf '{"id": "test.notice.%s", "version": %s, "category": "village", "title": {"zh-CN": "%s", "en": "Notice %s"}, "poster": "p.svg",\n "from": "%s"%s, "text": {"zh-CN": "n.md", "en": "n.en.md"}}\n' \
        "$1" "$2" "$5" "$1" "$3" "${4:+, \"until\": \"$4\"}" >"src/$1/notice.json"
    printf '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1280 720"><rect width="1280" height="%s" fill="#F6D9B8"/></svg>' $((100 + $(printf %s "$1" | cksum | cut -c1-2) * 5 + $2)) >"src/$1/p.svg"
    printf '# 说明\n\n**时间：** 星期六上午\n\n- 带上身份证\n- [不是链接](http://x.example)\n' >"src/$1/n.md"
    printf '# What\n\n**When:** on Saturday\n\n1. bring your card\n' >"src/$1/n.en.md"
}
notice now 1 "$(day -4)" "$(day +4)" 修水管停水
notice over 1 "$(day -9)" "$(day -5)" 上周的会
notice later 1 "$(day +5)" "" 下周的会
notice ever 1 "$(day -30)" "" 老人免费体检
must "$ctl" keygen --out keys
must "$ctl" pack src --key keys/weike.key --out packed
must "$ctl" verify packed --pub keys/weike.pub
ok "packed and verified"
cp -r src bad && printf '{"id": "test.notice.now", "version": 1, "title": "x", "from": "2026-02-30", "text": "n.md"}' >bad/now/notice.json
if "$ctl" pack bad --key keys/weike.key --out badtree >said 2>&1 || ! grep -q 'notice.json.*"from"' said; then bad "a day that does not exist is refused by file and key"
else ok "a day that does not exist is refused by file and key"; fi
printf '{"id": "test.notice.now", "version": 1, "title": "x", "from": "2026-02-28", "text": "none.md"}' >bad/now/notice.json
if "$ctl" pack bad --key keys/weike.key --out badtree >said 2>&1 || ! grep -q 'none.md' said; then bad "a text that is not there is refused"
else ok "a text that is not there is refused"; fi

# --- published, and fetched over the link ---
must "$ctl" root init rooted
must "$ctl" publish src --repo www/repo --keys rooted --packs
if command -v nginx >/dev/null; then
    net_nginx "$work/www" || { bad "nginx starts"; exit 1; }
    mkdir link && printf 'server = "%s"\n' "$url" >link/weike.conf
    must "$ctl" trust rooted/root/1.root --data link
    must "$ctl" sync --once --data link
    is "fetched over the link, pictures too" "$(rows link)" "later1+ now1+ over1+ ever1+"
    sed -i 's/"version": 1/"version": 2/; s/修水管停水/停水改到周五/' src/now/notice.json
    must "$ctl" publish src --repo www/repo --keys rooted --packs
    must "$ctl" sync --once --data link
    is "a new version replaces it" "$(rows link)" "later1+ now2+ over1+ ever1+"
    sed -i 's/"version": 2/"version": 1/; s/停水改到周五/修水管停水/' src/now/notice.json
fi

# --- by stick ---
mkdir -p stick/WEIKE data
cp -r packed/repo stick/WEIKE/repo
printf 'site_zh = "演练村"\nsite_en = "Drill village"\n' >data/weike.conf
must "$ctl" trust keys/weike.pub --data data
must "$ctl" import stick --data data
must "$ctl" member add --name 王小明 --id m1 --data data
is "imported from a stick" "$(rows data)" "later1+ now1+ over1+ ever1+"
is "a notice is no course" "$("$ctl" status --json --data data | python3 -c 'import json,sys; print(json.load(sys.stdin)["courses"])')" 0
must "$ctl" doctor --data data

# --- damage: the database and its backups are gone, and one picture ---
cp -r data hurt
rm -rf hurt/weike.db* hurt/backup
picture=$(python3 -c 'import sqlite3; print(sqlite3.connect("file:data/weike.db?mode=ro", uri=True).execute("SELECT poster_sha256 FROM package WHERE id = ?", ("test.notice.now",)).fetchone()[0])')
find hurt/blobs -name "$picture" -delete
"$ctl" status --data hurt >said 2>&1
is "found again after damage, one without its picture" "$(rows hurt)" "later1+ now1- over1+ ever1+"
must "$ctl" import stick --data hurt
is "the stick brings the picture back" "$(rows hurt)" "later1+ now1+ over1+ ever1+"

# --- on the screen ---
[ -n "${DISPLAY:-}" ] || { echo "skip notice: no X display"; exit $status; }
kiosk() { # DATA LANG OPTION…: script on stdin
    local data=$1 lang=$2
    shift 2
    cat >script
    WEIKE_SPOKEN=$work/spoken timeout -k 3 90 "$build/weike" --data "$data" --window 1366x768 --lang "$lang" --script script "$@" >said 2>&1
}
drive() { local name=$1; shift; if kiosk "$@"; then ok "$name"; else bad "$name"; fi; }
drive "a member reads the board; what is over or to come is not there" data zh-CN <<'S'
tap 王小明
wait 公告栏 8000
tap 公告栏
wait 老人免费体检 5000
wait 修水管停水 1000
gone 上周的会 1000
gone 下周的会 1000
pause 300
audit
tap 修水管停水
wait 带上身份证 5000
wait [不是链接](http://x.example) 1000
wait 时间： 1000
pause 300
audit
tap 读给我听
wait 不读了 3000
pause 20000
quit
S
is "nothing is wrong for old eyes and hands" "$(awk '/^audit: / { n += $4 } END { print n + 0 }' said)" 0
if [ -s spoken ]; then
    heard() { python3 -c 'import json,sys; print(any(sys.argv[1] in json.loads(l).get("text", "") for l in open("spoken", encoding="utf-8")))' "$1"; }
    is "it is read aloud" "$(heard 修水管停水) $(heard 星期六上午) $(heard 带上身份证)" "True True True"
else
    echo "skip notice: nothing speaks here"
fi
drive "a guest reads it too, in English, with the largest letters" data en --text 150 <<'S'
tap Just study
wait Notice board 8000
tap Notice board
wait Notice now 5000
pause 300
audit
tap Notice now
wait bring your card 5000
pause 300
audit
tap Back
wait Notice ever 3000
tap Back
wait You study as a guest 5000
quit
S
mkdir empty && cp data/weike.conf empty/ && must "$ctl" trust keys/weike.pub --data empty && must "$ctl" member add --name 王小明 --id m1 --data empty
drive "no notices, no door" empty en <<'S'
tap 王小明
wait My hours 8000
gone Notice board 1000
quit
S
exit $status
