#!/bin/bash
# bench.sh BUILD [slice] [PART…]: every budget of the product, each beside its peers in the same run. Parts (all unless named):
#   playback  a film against mpv and ffplay                kiosk   start, idle, memory, the tap, every screen with big data
#   crowd     a meeting of 300, 5,000 comments, 2,000 reviews
#   wire      an update against rsync, zsync, casync, OSTree; slow lines, long round trips, cuts, kills (minutes; root)
#   uplink    bytes an answer costs on its way up          herd    10,000 kiosks after an outage (simulation)
#   hub       records in and files out, beside nginx
# Leaves BUILD/bench-PART.json and BUILD/bench.json; ends with 1 when a budget is missed.
# `slice`: each part in a few seconds, on little data: it shows that a part runs to its end and writes its figures, in BUILD/bench-slice.
# What it measures means nothing, so budgets are not held; tests/e2e/bench.sh runs it in `make test`.
# BENCH_REALTIME=1 (as root) runs the kiosk before all else, on a machine that others use.
set -u
export PYTHONDONTWRITEBYTECODE=1
build=$(cd "$1" && pwd)
shift
here=$(cd "$(dirname "$0")" && pwd)
out=$build slice='' slow=1
if [ "${1:-}" = slice ]; then
    shift
    slice=1 slow='' out=$build/bench-slice
    rm -rf "$out"
    mkdir -p "$out"
    export BENCH_SECONDS=1 BENCH_PACKETS=4
fi
export BENCH_SLICE=$slice BENCH_OUT=$out
parts=("$@")
[ $# -gt 0 ] || parts=(playback kiosk crowd voice uplink herd hub wire)
missed=()
for part in "${parts[@]}"; do
    echo "== $part"
    case $part in
        playback) python3 "$here/playback.py" "$build" ;;
        kiosk) python3 "$here/kiosk.py" "$build" "$out/bench-kiosk.json" ${BENCH_REALTIME:+--realtime} ;;
        crowd) python3 "$here/crowd.py" "$build" "$out/bench-crowd.json" ${BENCH_REALTIME:+--realtime} ;;
        voice) python3 "$here/voice.py" "$build" "$out/bench-voice.json" ;;
        wire) python3 "$here/wire.py" "$build" ${slow:+--slow} ;;
        uplink) "$here/uplink.sh" "$build" ;;
        herd) "$build/test/herd" ;;
        hub) bash "$here/hub.sh" "$build" ;;
        *)
            echo "bench: there is no part $part" >&2
            false
            ;;
    esac
    case $?$slice in
        0 | 01) ;;
        11) [ -s "$out/bench-$part.json" ] || [ "$part" = herd ] || missed+=("$part") ;; # a budget missed; it ran to its end
        *) missed+=("$part") ;;
    esac
    [ -z "$slice" ] || if [[ " ${missed[*]} " == *" $part "* ]]; then echo "not ok bench $part: it did not run to its end"; else echo "ok bench $part runs to its end"; fi
    echo
done
python3 - "$out" <<'MERGE'
import glob
import json
import os
import sys

report = {}
for path in sorted(glob.glob(f"{sys.argv[1]}/bench-*.json")):
    with open(path) as f:
        report[os.path.basename(path)[6:-5]] = json.load(f)
with open(f"{sys.argv[1]}/bench.json", "w") as f:
    json.dump(report, f, indent=1)
MERGE
echo "$out/bench.json; a budget was missed in: ${missed[*]:-none}"
[ ${#missed[@]} -eq 0 ]
