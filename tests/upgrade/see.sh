#!/bin/bash
# see.sh BUILD DIR: what the programs in BUILD find in the folders that make.sh made, after their own start-up: one fact a line.
# Dates and ids that a start makes anew are left out. Needs a display.
set -u
BUILD=$(cd "$1" && pwd)
dir=$(cd "$2" && pwd)
here=$(cd "$(dirname "$0")" && pwd)
export SDL_AUDIODRIVER=dummy TZ=Asia/Shanghai LC_ALL=C.UTF-8 WEIKE_LOG=error
month=$(cat "$dir/month")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for village in village outlying; do
    # The kiosk is what owns a village: it closes what the cut left open.
    printf 'wait 请点您的头像 15000\npause 4000\nquit\n' >"$work/script"
    timeout -k 3 60 "$BUILD/weike" --data "$dir/$village" --window 1366x768 --lang zh-CN --script "$work/script" >"$work/log" 2>&1 ||
        { echo "$village: the kiosk does not start"; sed 's/^/    /' "$work/log" | tail -5; }
    python3 "$here/facts.py" "$village" "$dir/$village/weike.db"
    "$BUILD/weikectl" statements --json --data "$dir/$village" 2>&1 | python3 -c '
import json, sys, collections
n = collections.Counter(json.loads(line)["verb"]["id"].replace(":", "/").replace("#", "/").rsplit("/", 1)[1] for line in sys.stdin)
for verb in sorted(n): print(sys.argv[1], "statements", verb, n[verb])' "$village"
    "$BUILD/weikectl" doctor --data "$dir/$village" 2>&1 | awk -v v="$village" '{ $1 = $1 } /^(ok|bad) (chain|records|database|lessons)/ { print v, "doctor", $1, $2 }'
    "$BUILD/weikectl" report hours --csv --from "$month" --to "$month" --data "$dir/$village" 2>/dev/null | sed "s/^/$village hours /"
    for kind in viewing attendance hours; do
        "$BUILD/weikectl" register csv "$kind" --month "$month" --data "$dir/$village" 2>/dev/null | tr -d '\r' | sed "s/^/$village register-$kind /"
    done
    "$BUILD/weikectl" register verify --data "$dir/$village" >/dev/null 2>&1
    echo "$village register-verify $?"
done
for h in county town; do
    python3 "$here/facts.py" "$h" "$dir/$h/hub.db"
    "$BUILD/weike-hub" hours "$month" --data "$dir/$h" 2>&1 | sed "s/^/$h hours /"
done
(cd "$dir/stick" && find . -type f ! -name '*.json' | LC_ALL=C sort | sed 's/^/stick /')
