#!/bin/bash
# bench.sh BUILD [OPTIONS OF playback.py]: every budget of the product in one run: playback against its peers, and what the kiosk costs a person.
# Prints both tables and all ratios, leaves BUILD/bench.json; ends with 1 when a budget is missed.
# BENCH_REALTIME=1 (as root) runs the kiosk before all else, on a machine that others use.
set -eu
build=$1
shift
here=$(cd "$(dirname "$0")" && pwd)
missed=0
python3 "$here/playback.py" "$build" "$@"
echo
python3 "$here/kiosk.py" "$build" "$build/bench-kiosk.json" ${BENCH_REALTIME:+--realtime} || missed=$?
echo
python3 - "$build" <<'MERGE' || missed=1
import json
import sys

build = sys.argv[1]
report = {}
for part in ("playback", "kiosk"):
    with open(f"{build}/bench-{part}.json") as f:
        report.update(json.load(f))
with open(f"{build}/bench.json", "w") as f:
    json.dump(report, f, indent=1)


def leaves(value, path=()):
    """Every number, with the names that lead to it."""
    if isinstance(value, dict):
        for name, below in value.items():
            yield from leaves(below, path + (name,))
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        yield path, value


print("all ratios:")
for path, value in leaves(report):
    name = " ".join(p for p in path if p != "figure")
    if "ratio" in name and path[-1] != "budget":
        print(f"  {name:70} {value:7.3f}")
late = [clip for clip, found in report["playback"].items() if found.get("missed")]
late += [key for key, found in report["kiosk"].items() if not found["ok"]]
print(f"{build}/bench.json; missed: {', '.join(late) or 'none'}")
sys.exit(1 if late else 0)
MERGE
exit $((missed ? 1 : 0))
