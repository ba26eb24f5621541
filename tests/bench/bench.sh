#!/bin/bash
# bench.sh BUILD [PART…]: every budget of the product, each beside its peers in the same run. Parts (all unless named):
#   playback  a film against mpv and ffplay                kiosk   start, idle, memory, the tap, every screen with big data
#   crowd     a meeting of 300, 5,000 comments, 2,000 reviews
#   wire      an update against rsync, zsync, casync, OSTree; slow lines, long round trips, cuts, kills (minutes; root)
#   uplink    bytes an answer costs on its way up          herd    10,000 kiosks after an outage (simulation)
#   hub       records in and files out, beside nginx
# Leaves BUILD/bench-PART.json and BUILD/bench.json; ends with 1 when a budget is missed.
# BENCH_REALTIME=1 (as root) runs the kiosk before all else, on a machine that others use.
set -u
build=$(cd "$1" && pwd)
shift
here=$(cd "$(dirname "$0")" && pwd)
parts=("$@")
[ $# -gt 0 ] || parts=(playback kiosk crowd voice uplink herd hub wire)
missed=()
for part in "${parts[@]}"; do
    echo "== $part"
    case $part in
        playback) python3 "$here/playback.py" "$build" ;;
        kiosk) python3 "$here/kiosk.py" "$build" "$build/bench-kiosk.json" ${BENCH_REALTIME:+--realtime} ;;
        crowd) python3 "$here/crowd.py" "$build" "$build/bench-crowd.json" ${BENCH_REALTIME:+--realtime} ;;
        voice) python3 "$here/voice.py" "$build" "$build/bench-voice.json" ;;
        wire) python3 "$here/wire.py" "$build" --slow ;;
        uplink) "$here/uplink.sh" "$build" ;;
        herd) "$build/test/herd" ;;
        hub) bash "$here/hub.sh" "$build" ;;
        *)
            echo "bench: there is no part $part" >&2
            false
            ;;
    esac || missed+=("$part")
    echo
done
python3 - "$build" <<'MERGE'
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
echo "$build/bench.json; a budget was missed in: ${missed[*]:-none}"
[ ${#missed[@]} -eq 0 ]
