#!/bin/bash
# fetch.sh BUILD: what comes down a link, with the real programs, nginx, and a line that is cut, slow and counted: only what
# is new, as patches where they are published, in one request where there is nothing, under a root that changes its keys.
set -u
build=$(cd "$1" && pwd)
ctl=$build/weikectl
root=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
export NETWORK=$work/net LC_ALL=C.UTF-8 TZ=Asia/Shanghai SOURCE_DATE_EPOCH=1795000000 WEIKE_LOG=${WEIKE_LOG:-error} WEIKE_HARDWARE=e2e
unset WEIKE_DATA
mkdir -p "$NETWORK"
command -v nginx >/dev/null || { echo "skip fetch: nginx is not installed"; exit 77; }
. "$root/tests/net/kit.sh"
trap 'net_stop; rm -rf "$work"' EXIT
cd "$work" || exit 1
status=0 out=''

ok() { echo "ok fetch: $1"; }
bad() { echo "not ok fetch: $1"; printf '%s\n' "${2:-}" | sed 's/^/    /'; status=1; }
check() { if test "$2" "$3" "$4"; then ok "$1 ($2)"; else bad "$1" "$2 is not $3 $4"; fi; } # NAME A -eq B
must() { "$@" >said 2>&1 || { bad "$*" "$(cat said)"; exit 1; }; }
field() { python3 -c 'import json,sys; print(json.load(sys.stdin).get(sys.argv[1]))' "$1" <<<"$out"; }
kiosk() { # DIR: trusts the root, asks $url
    mkdir -p "$1"
    echo "server = \"$url\"" >"$1/weike.conf"
    must "$ctl" trust "$work/keys/root/1.root" --data "$1"
}
point() { echo "server = \"$url\"" >"$1/weike.conf"; }
pull() { out=$(timeout -k 5 120 "$ctl" sync --once --json --data "$1" 2>err.txt); : >>err.txt; }
sound() { "$ctl" doctor --data "$1" >said 2>&1 && [ "$(cd "$1/blobs" && find . -type f | while read -r f; do echo "$(basename "$f")  $f"; done | sha256sum -c --quiet 2>&1)" = "" ]; }
asked() { grep -cE "$1" "$NETWORK/access.log"; }
body() { awk -v re="$1" '$1 ~ re { n += $3 } END { print n + 0 }' "$NETWORK/access.log"; }

# --- content: three films of about 2 MB, pictures, a text for each ---
mkdir -p src/noise
for n in 1 2 3; do
    ffmpeg -nostdin -v error -y -f lavfi -i "color=gray:d=2:s=320x240:r=10,noise=alls=100:allf=t:all_seed=$n" -f lavfi -i "sine=d=2" -shortest \
        -c:v libx264 -preset ultrafast -b:v 8M -minrate 8M -c:a aac "src/noise/$n.mp4"
    for l in en zh; do printf 'WEBVTT\n\n00:00.000 --> 00:01.000\n%s %s\n' $l "$n" >"src/noise/$n.$l.vtt"; done
done
course() { # VERSION TITLE
    local n
    { printf '{"id": "org.example.noise", "version": %s, "title": {"en": "%s"}, "category": "safety", "lessons": [' "$1" "$2"
        for n in 1 2 3; do
            [ $n = 1 ] || printf ','
            printf '{"id": "6a1de1b4-5d0e-4c57-9a53-0d8e7c1f2a0%s", "title": {"en": "Lesson %s"}, "media": "%s.mp4", "captions": [{"lang": "en", "file": "%s.en.vtt"}, {"lang": "zh-CN", "file": "%s.zh.vtt"}]}' $n $n $n $n $n
        done
        printf ']}'; } >src/noise/course.json
}
publish() { must "$ctl" publish src --repo www/repo --keys keys --patches --packs; }
course 1 Noise
must "$ctl" root init keys
publish

# --- first time ---
net_nginx "$work/www" || { bad "nginx starts"; exit 1; }
server=$url port=${url##*:}
kiosk a
pull a
check "everything comes" "$(field lessons_fetched)" = 3
check "its small files in one request" "$(asked '^/repo/p/')" = 1
check "and none of them by itself" "$(asked '^/repo/b/')" = 3
sound a && ok "and is what was signed" || bad "and is what was signed" "$(cat said)"
: >"$NETWORK/access.log"
pull a
check "nothing new: one request" "$(wc -l <"$NETWORK/access.log")" = 1
check "nothing new: bytes" "$(field bytes)" -le 700

# --- a film that was edited, and its lists: patches ---
cp -r a before
python3 - src/noise/2.mp4 <<'END'
import os, struct, sys
with open(sys.argv[1], "ab") as f: # a box that players skip
    f.write(struct.pack(">I4s", 50008, b"free") + os.urandom(50000))
END
course 2 "Noise, edited"
publish
: >"$NETWORK/access.log"
pull a
check "an edited film comes as a patch" "$(asked '^/repo/d/')" = 1
check "and its list of lists too" "$(asked '^/repo/i/[0-9a-f]+-[0-9a-f]+\.zp')" = 1
check "and its manifest" "$(asked '^/repo/m/../[0-9a-f]+-[0-9a-f]+\.zp')" = 1
check "all in all, bytes for 50,000 new ones" "$(field bytes)" -le 55000
sound a && ok "and is what was signed" || bad "and is what was signed" "$(cat said)"

# --- the same, with patches that are no good: the whole comes ---
cp -r www spoiled
find spoiled/repo/d -type f | while read -r f; do head -c "$(stat -c %s "$f")" /dev/urandom >"$f"; done
net_nginx "$work/spoiled"
: >"$NETWORK/access.log"
cp -r before spoilt; point spoilt
pull spoilt
check "a spoilt patch is noticed by its hash and the film comes whole" "$(body '^/repo/b/')" -ge 1000000
check "… and the lesson is there" "$(field lessons_fetched)" = 3
sound spoilt && ok "and is what was signed" || bad "and is what was signed" "$(cat said)"

# --- a line that is cut every 250 KB ---
url=$server
kiosk whole
pull whole
size=$(cat whole/blobs/*/* | wc -c)
for how in "" --reset; do
    net_proxy "$port" --cut 250000 $how
    kiosk "cut$how"
    pull "cut$how"
    read -r _ connections cuts <<<"$(net_stats)"
    check "cut every 250 KB ${how:-politely}: all comes" "$(field lessons_fetched)" = 3
    check "… after so many cuts" "$cuts" -ge 20
    check "… and not a byte of a body twice: bytes for $size, less heads and lists" "$(($(field bytes) - connections * 460 - 8000))" -le "$size"
    sound "cut$how" && ok "and is what was signed" || bad "and is what was signed" "$(cat said)"
done

# --- killed twenty times ---
net_proxy "$port" --rate 800000
kiosk killed
for _ in $(seq 20); do
    "$ctl" sync --once --json --data killed >/dev/null 2>&1 &
    pid=$!
    read -r -t "0.$((RANDOM % 200 + 150))" <&$net_hold
    kill -9 $pid 2>/dev/null
    wait $pid 2>/dev/null
    stat -c '%n %s' killed/incoming/*.part 2>/dev/null
done >left
pull killed
read -r down connections cuts <<<"$(net_stats)"
check "killed 20 times: all is there" "$("$ctl" status --json --data killed | python3 -c 'import json,sys; print(json.load(sys.stdin)["lessons"])')" = 3
echo "# fetch: killed 20 times: $down bytes were sent for $size of blobs"
# every byte that had reached the disk is gone on from; the rest was still on its way
lost=$(awk '$2 > 0' left | sort -u | while read -r name size; do
    sha=$(basename "$name" .part)
    grep -qE "/$sha 206 .* bytes=$size-" "$NETWORK/access.log" || [ "$size" = "$(stat -c %s "www/repo/b/${sha:0:2}/$sha")" ] || echo "$sha at $size"
done)
check "killed 20 times: files were half-way" "$(awk '$2 > 0' left | wc -l)" -ge 10
[ -z "$lost" ] && ok "killed 20 times: each went on at the very byte" || bad "killed 20 times: each went on at the very byte" "$lost"
check "killed 20 times: with what was on its way, and the list each time" "$((down - size))" -le "$((20 * 16384))"
sound killed && ok "and is what was signed" || bad "and is what was signed" "$(cat said)"

# --- the publisher's keys change ---
must "$ctl" root rotate keys --replace timestamp
for n in 1 2; do must "$ctl" root sign keys/root/2.draft --key keys/root-$n/weike.key; done
course 3 "Noise, new keys"
publish
url=$server; point a
pull a
check "a new key of the timestamp is followed" "$(field contact)" = True
cmp -s a/tree/timestamp www/repo/timestamp && ok "and what it signed is taken" || bad "and what it signed is taken" "$out"
[ -f a/trust/root/2.root ] && ok "the new root is kept" || bad "the new root is kept" "$(ls a/trust/root)"

exit $status
