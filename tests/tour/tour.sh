#!/bin/bash
# tour.sh BUILD [short]: drives the real kiosk with a pointer under Xvfb through every screen, in both languages, on a 21.5" panel
# and with the largest letters on a 15.6" one; leaves BUILD/tour/*.png, contact sheets with the languages side by side, and
# prints what was recorded. The scripts are written with the English labels; words.py says them in Chinese.
# `short`: one walk in Chinese on the large panel, which is what `make run` shows without a display.
# A script that fails does not stop the others; at the end all that failed are named, and the status is 1. The scripts wait for what
# they see, and are patient: on a slow machine a tour takes longer, it does not fail.
set -eu
build=$(cd "$1" && pwd)
here=$(cd "$(dirname "$0")" && pwd)
out=$build/tour
which=${2:-all}
rm -rf "$out"
mkdir -p "$out"
end() {
    local status=$?
    kill $xvfb ${SERVER_PID:-} 2>/dev/null
    if [ -e "$out/failed" ]; then
        echo "tour: FAILED: $(paste -sd , "$out/failed" | sed 's/,/, /g'); the others went through" >&2
        status=1
    fi
    exit $status
}
xvfb=
trap end EXIT

# A free display below 10: above, some programs do without shared memory and are slower.
for n in 9 8 7 6 5; do
    [ -e /tmp/.X11-unix/X$n ] && continue
    Xvfb :$n -screen 0 1920x1080x24 -nolisten tcp >/dev/null 2>&1 &
    xvfb=$!
    for _ in $(seq 50); do [ -e /tmp/.X11-unix/X$n ] && break; kill -0 $xvfb 2>/dev/null || break; sleep 0.1; done
    [ -e /tmp/.X11-unix/X$n ] && kill -0 $xvfb 2>/dev/null && export DISPLAY=:$n && break
done
[ -n "${DISPLAY:-}" ] || { echo "tour: no Xvfb display could be started" >&2; exit 1; }
# A tone is spoken where the walk speaks.
python3 "$here/voice.py" >"$out/voice.raw"
export SDL_AUDIODRIVER=disk SDL_DISKAUDIOFILE=/dev/null SDL_DISKAUDIOFILEIN=$out/voice.raw WEIKE_LOG=${WEIKE_LOG:-warn} TZ=Asia/Shanghai
export WEIKE_IMPORT=$build/content/tree

kiosk() { "$build/weike" "$@" 2> >(grep -v 'disk i/o audio driver\|to file \[/dev/null\|from file' >&2); } # SDL says each time which driver it is

fell() { # WALK SCRIPT
    echo "tour: $2 failed in $1; why is said above" >&2
    echo "$2 in $1" >>"$out/failed"
}
walk() { # NAME LANG WINDOW PANEL-MM TEXT [SCRIPT…]
    local name=$1 lang=$2 window=$3 mm=$4 text=$5 data=$out/data-$1 script
    shift 5
    [ $# -gt 0 ] || set -- walk later registers
    "$here/../../packaging/village.sh" "$build" "$data" >/dev/null || { fell "$name" village; return; }
    mkdir -p "$out/$name"
    for script; do
        [ "$script" != later ] || python3 "$here/later.py" "$data" || fell "$name" later.py
        python3 "$here/words.py" "$lang" "$here/$script.script" >"$out/$script.$lang.script"
        (cd "$out/$name" && kiosk --data "$data" --window "$window" --panel-mm "$mm" --text "$text" --lang "$lang" --script "$out/$script.$lang.script") || fell "$name" "$script"
    done
    rm -f "$data/.made"
}
# Both languages at once: a walk mostly waits for films.
both() { # COMMAND SUFFIX WINDOW PANEL-MM [TEXT]
    "$1" "${2/LANG/zh}" zh-CN "${@:3}" & local zh=$!
    "$1" "${2/LANG/en}" en "${@:3}" & local en=$!
    wait $zh || fell "${2/LANG/zh}" "$1"
    wait $en || fell "${2/LANG/en}" "$1"
}

# Sticks and links: a village with nothing but its members, a stick with three courses, a slow server with all five.
ctl=$build/weikectl
serve() {
    mkdir -p "$out/three" "$out/stick/WEIKE"
    for c in phone-fraud flood village-board; do cp -r "$build/content/src/$c" "$out/three/$c"; done
    "$ctl" pack "$out/three" --key "$build/content/keys/weike.key" --out "$out/stick/WEIKE" >/dev/null
    cp -r "$out/stick/WEIKE" "$out/www"
    "$ctl" pack "$build/content/src" --key "$build/content/keys/weike.key" --out "$out/www" >/dev/null
    coproc SERVER { python3 "$here/../net/server.py" "$out/www" 2>/dev/null; }
    read -r port <&"${SERVER[0]}"
    curl -s -o /dev/null -d '[{"match": "/b/", "do": "slow", "n": 150000}]' "http://127.0.0.1:$port/!rules"
}
visit() { # NAME LANG WINDOW PANEL-MM
    local data=$out/data-$1
    mkdir -p "$data"
    { cat "$here/../../content/village/weike.conf"; echo "server = \"http://127.0.0.1:$port\""; } >"$data/weike.conf"
    "$ctl" trust "$build/content/keys/weike.pub" --data "$data" >/dev/null
    "$ctl" member import "$here/../../content/village/members.csv" --data "$data" >/dev/null
    mkdir -p "$out/$1"
    python3 "$here/words.py" "$2" "$here/link.script" >"$out/link.$2.script"
    (cd "$out/$1" && WEIKE_STICKS=$out/stick WEIKE_HARDWARE=tour kiosk --data "$data" --window "$3" --panel-mm "$4" --lang "$2" --script "$out/link.$2.script") || fell "$1" link
}

if [ "$which" = short ]; then
    walk zh-1920 zh-CN 1920x1080 476 100 walk
else
    both walk LANG-1920 1920x1080 476 100
    both walk LANG-1366 1366x768 345 150
    serve
    both visit link-LANG 1366x768 345
fi

echo "Pictures: $(find "$out" -name '*.png' | wc -l) in $out"
echo "Recorded on the way:"
"$build/weikectl" report hours --json --data "$out/data-zh-1920" | python3 -c '
import json, sys
def rows(o):
    if isinstance(o, dict):
        if "watched_ms" in o and "name" in o: yield o
        for v in o.values(): yield from rows(v)
    elif isinstance(o, list):
        for v in o: yield from rows(v)
for r in rows(json.load(sys.stdin)):
    if r.get("screen_ms"):
        print("  {}: screen {:.1f} s, watched {:.1f} s, verified {:.1f} s".format(r["name"], *(r[k] / 1000 for k in ("screen_ms", "watched_ms", "verified_ms"))))'
"$build/weikectl" statements --json --data "$out/data-zh-1920" | python3 -c '
import collections, json, re, sys
verbs = collections.Counter(re.split("[/#]", json.loads(line)["verb"]["id"])[-1] for line in sys.stdin)
print("  statements:", ", ".join(f"{n} {verb}" for verb, n in sorted(verbs.items())))'
# Each screen in Chinese and, right of it, in English.
sheet() { # NAME ZH EN: as many pages as it takes
    local pair=() page=1 f
    for f in "$out/$2"/*.png; do
        [ -e "$f" ] && [ -e "$out/$3/${f##*/}" ] || continue # a script that failed has left fewer
        pair+=("${f}[640x360]" "$out/$3/${f##*/}[640x360]") # made small as they are read: all of them at full size are gigabytes
        [ ${#pair[@]} -ge 48 ] || continue
        sheet_page "$1-$((page++))"
    done
    [ ${#pair[@]} -eq 0 ] || sheet_page "$1-$page"
}
sheet_page() { # NAME
    montage "${pair[@]}" -tile 4x -geometry 640x360+8+8 -background '#888' "$out/sheet-$1.png" || echo "tour: no contact sheet $1" >&2
    pair=()
}
if [ "$which" = short ]; then
    echo "All screens, in both languages and with the largest letters: make tour"
elif command -v montage >/dev/null; then
    sheet 1920 zh-1920 en-1920
    sheet 1366-largest zh-1366 en-1366
    sheet link link-zh link-en
    echo "Contact sheets: $out/sheet-*.png"
fi
