#!/bin/bash
# publish.sh BUILD: from keys to lessons on a terminal through a plain web server, then a theft and what is done about it.
set -u
ctl=$(cd "$1" && pwd)/weikectl
work=$(mktemp -d)
nginx=
trap '[ -z "$nginx" ] || kill "$nginx" 2>/dev/null; rm -rf "$work"' EXIT
chmod 755 "$work" # nginx drops root
cd "$work" || exit 1
export LC_ALL=C.UTF-8 SOURCE_DATE_EPOCH=1795000000
unset WEIKE_DATA
status=0 out='' err='' rc=0

run() { out=$("$ctl" "$@" 2>err.txt) && rc=0 || rc=$?; err=$(cat err.txt); }
ok() { echo "ok $1"; }
bad() { echo "not ok $1"; echo "    rc $rc"; printf '%s\n' "$out" "$err" | sed 's/^/    /'; status=1; }
expect() { # NAME RC PATTERN COMMAND…
    local name=$1 want=$2 pattern=$3
    shift 3
    run "$@"
    local text=$err
    [ "$want" = 0 ] && text=$out
    if [ "$rc" != "$want" ] || ! grep -qE -- "$pattern" <<<"$text"; then bad "$name"
    elif [ "$want" = 1 ] && { [ "$(wc -l <err.txt)" != 1 ] || ! grep -q '^weikectl: ' err.txt; }; then bad "$name: one sentence"
    else ok "$name"; fi
}
same() { if [ "$2" = "$3" ]; then ok "$1"; else out=$2 err=$3 bad "$1"; fi; } # NAME GOT WANT

# --- an author's folder: noise, so that only a patch makes it small ---
mkdir -p src/one town
ffmpeg -nostdin -v error -f lavfi -i anoisesrc=d=12:r=44100:seed=3 -c:a pcm_s16le src/one/a.wav || { echo "skip publish: ffmpeg"; exit 0; }
cp src/one/a.wav town/a.wav
for i in 1 2 3 4 5; do printf 'WEBVTT\n\n00:00.500 --> 00:01.500\n第 %s\n' $i >src/one/c$i.vtt; done
course() { # FOLDER ID VERSION
    local captions=""
    [ "$1" = town ] || captions=', "captions": [{"lang":"zh-CN","file":"c1.vtt"},{"lang":"en","file":"c2.vtt"},{"lang":"bo","file":"c3.vtt"},{"lang":"ug","file":"c4.vtt"},{"lang":"ii","file":"c5.vtt"}]'
    echo '{"id":"'"$2"'","version":'"$3"',"title":"课 '"$3"'","lessons":[{"id":"6a1de1b4-5d0e-4c57-9a53-0d8e7c1f2a02","title":"一","media":"a.wav"'"$captions"'}]}' >"$1/course.json"
}
course src/one org.example.one 1

# --- keys, publish, verify ---
expect "publish without keys says how to make them" 1 "weikectl root init keys" publish src --repo www --keys keys
expect "root init" 0 "2 of: [0-9a-f]{16} [0-9a-f]{16} [0-9a-f]{16}" root init keys
same "secret keys are for their owner only" "$(stat -c %a keys/*/weike.key | sort -u)" 600
expect "root init never writes over" 1 "has a root" root init keys
mkdir away && mv keys/root-* away/
expect "publish" 0 "published list 1, 1 of 1 packages new.*1 packs" publish src --repo www --keys keys --patches --packs
expect "verify by the root" 0 "org.example.one version 1" verify www --pub keys/root/1.root
run publish src --repo other/repo --keys keys --patches --packs
same "--repo DIR/repo is the tree itself, and the same tree" "$(cd other/repo && find . -type f | sort | xargs sha256sum)" "$(cd www/repo && find . -type f | sort | xargs sha256sum)"
expect "pack does not touch a rooted tree" 1 "not trusted here|weikectl publish" pack src --key keys/main/weike.key --out www
expect "one pinned key is not enough for it" 1 "signed by key|root" verify www --pub keys/main/weike.pub

# --- any web server ---
if command -v nginx >/dev/null && command -v curl >/dev/null; then
    mkdir -p ng
    cat >ng/conf <<END
daemon off; worker_processes 1; pid $work/ng/pid; error_log $work/ng/log; events {}
http { access_log off; client_body_temp_path $work/ng/b; proxy_temp_path $work/ng/p; fastcgi_temp_path $work/ng/f; uwsgi_temp_path $work/ng/u; scgi_temp_path $work/ng/s;
  server { listen unix:$work/ng/sock; root $work/www; default_type application/octet-stream; } }
END
    nginx -e "$work/ng/log" -c "$work/ng/conf" & nginx=$!
    for _ in $(seq 100); do [ -S ng/sock ] && break; sleep 0.05; done
    get() { curl -sf --unix-socket ng/sock "${@:2}" "http://weike/repo/$1"; }
    get timestamp -D head.txt >stamp.bin
    cmp -s stamp.bin www/repo/timestamp && ok "nginx serves the timestamp" || bad "nginx serves the timestamp"
    etag=$(sed -nE 's/^ETag: (.*)\r$/\1/p' head.txt)
    same "nothing new is 304" "$(get timestamp -o /dev/null -w '%{http_code}' -H "If-None-Match: $etag")" 304
    blob=$(cd www/repo && find b -type f -size +500k | head -1)
    same "a range of a blob" "$(get "$blob" -r 1000-1999 | sha256sum)" "$(tail -c +1001 "www/repo/$blob" | head -c 1000 | sha256sum)"
    (cd www && find repo -type f) | while read -r f; do mkdir -p "got/$(dirname "$f")" && get "${f#repo/}" >"got/$f"; done
    expect "what was fetched verifies" 0 "org.example.one version 1" verify got --pub keys/root/1.root
else
    echo "skip publish by nginx: nginx or curl is not installed"
fi

# --- a terminal ---
expect "trust takes a root" 0 "trusts root 1, which 2 of 3 keys" trust keys/root/1.root --data d
expect "import" 0 "installed: org.example.one version 1" import www --data d
expect "status names the root and the day" 0 "trusts root 1, newest list 1 of 2026-11-18" status --data d

# --- an update ---
printf 'new words here' | dd of=src/one/a.wav bs=1 seek=100000 conv=notrunc 2>/dev/null
course src/one org.example.one 2
expect "an update has a patch" 0 "published list 2, .*1 patches" publish src --repo www --keys keys --patches --packs
patch=$(find www/repo/d -type f)
[ "$(stat -c %s "$patch")" -lt 2000 ] && ok "of under 2 kB for a changed 1 MB" || bad "patch of $(stat -c %s "$patch") bytes"
expect "import" 0 "installed: org.example.one version 2" import www --data d

# --- a town ---
expect "a draft" 0 "2 of the keys of root 1" root rotate keys --town baishan --prefix cn.baishan.
expect "is signed once" 0 "1 of 2 keys of the root before" root sign keys/root/2.draft --key away/root-1/weike.key
expect "and again" 0 "That is enough" root sign keys/root/2.draft --key away/root-3/weike.key
course town org.example.town 1
expect "a town keeps to its prefix" 1 'begins with "cn.baishan."' publish town --repo www --keys keys --channel local/baishan
course town cn.baishan.fish 1
expect "a town's channel" 0 "published list 3" publish town --repo www --keys keys --channel local/baishan
expect "import of both" 0 "installed: cn.baishan.fish version 1" import www --data d

# --- the machine that publishes was stolen ---
cp -r keys thief && cp -r www loot
course src/one org.example.one 9
"$ctl" publish src --repo loot --keys thief >/dev/null
expect "until it is noticed, the thief publishes" 0 "installed: org.example.one version 9" import loot --data d
run root rotate keys --replace timestamp
run root rotate keys --replace main
run root sign keys/root/3.draft --key away/root-2/weike.key
expect "two people take the keys away" 0 "That is enough" root sign keys/root/3.draft --key away/root-1/weike.key
course src/one org.example.one 2
"$ctl" publish src --repo www --keys keys >/dev/null
expect "the terminal takes what the new keys say, also backwards" 0 "installed: org.example.one version 2" import www --data d
course src/one org.example.one 10
"$ctl" publish src --repo loot --keys thief >/dev/null 2>&1
expect "the thief's lists are worth nothing now" 1 "not trusted here" import loot --data d
expect "and the lessons play" 0 "no file missing|lessons" doctor --data d
expect "root show" 0 "^root 3, .*valid until" root show keys/root/3.root
exit $status
