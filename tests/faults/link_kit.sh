#!/bin/bash
# link_kit.sh: lessons on a server of the loopback, and a terminal that asks it; for the rows about links. Source it after
# kit.sh. Sets $ctl; `lessons` makes a tree at $WORK/www signed by $WORK/keys.
need ffmpeg curl python3
ctl=$BUILD/weikectl
[ -x "$ctl" ] || fail "weikectl is not built"
export NETWORK=$WORK/net SOURCE_DATE_EPOCH=1795000000 WEIKE_HARDWARE=faults
unset WEIKE_DATA
mkdir -p "$NETWORK"
. "$ROOT/tests/net/kit.sh"
cleanup() { net_stop; }

lessons() { # [SECONDS]: one course with one film of about 1.2 MB a second
    mkdir -p "$WORK/src/noise"
    ffmpeg -nostdin -v error -y -f lavfi -i "color=gray:d=${1:-1}:s=320x240:r=10,noise=alls=100:allf=t" -f lavfi -i "sine=d=${1:-1}" -shortest \
        -c:v libx264 -preset ultrafast -b:v 8M -c:a aac "$WORK/src/noise/1.mp4" || fail "no film"
    echo '{"id": "org.example.noise", "version": 1, "title": {"en": "Noise"}, "category": "safety", "lessons": [
        {"id": "6a1de1b4-5d0e-4c57-9a53-0d8e7c1f2a01", "title": {"en": "One"}, "media": "1.mp4"}]}' >"$WORK/src/noise/course.json"
    "$ctl" keygen --out "$WORK/keys" >/dev/null && "$ctl" pack "$WORK/src" --key "$WORK/keys/weike.key" --out "$WORK/www" >/dev/null || fail "no tree"
}
kiosk() { # NAME CONFIG-LINE…
    local d=$WORK/$1
    shift
    mkdir -p "$d"
    printf '%s\n' "$@" >"$d/weike.conf"
    "$ctl" trust "$WORK/keys/weike.pub" --data "$d" >/dev/null || fail "trust"
}
pull() { out=$(timeout -k 5 "${PULL_SECONDS:-60}" "$ctl" sync --once --json --data "$WORK/$1" 2>"$WORK/err.txt"); }
ends() { # NAME WORD: how the try ended
    pull "$1"
    grep -q "\"end\":\"$2\"" <<<"$out" || fail "$1: ended otherwise than \"$2\": $out $(cat "$WORK/err.txt")"
    echo "$1: $2"
}
shows() { # NAME COUNT: so many lessons are on the shelf, and every file is what it is called
    "$ctl" status --json --data "$WORK/$1" | grep -q "\"lessons\":$2[,}]" || fail "$1 does not show $2 lessons"
    [ ! -d "$WORK/$1/blobs" ] || (cd "$WORK/$1/blobs" && find . -type f | while read -r f; do
        [ "$(sha256sum <"$f" | cut -c1-64)" = "${f##*/}" ] || exit 1; done) || fail "$1 kept wrong bytes"
}
