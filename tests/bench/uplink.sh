#!/bin/bash
# uplink.sh BUILD: bytes an answer costs on its way up, over all demo courses; BUILD/bench-uplink.json. 1 when a budget is missed.
set -eu
build=$1
cd "$(dirname "$0")/../.."
python3 - "$build" content/courses/*/ <<'END'
import json
import os
import statistics
import subprocess
import sys

build, courses = sys.argv[1], sys.argv[2:3] if os.environ.get("BENCH_SLICE") else sys.argv[2:]
runs = [json.loads(subprocess.run([f"{build}/test/uplink", c], check=True, capture_output=True, text=True).stdout) for c in courses]
report = {k: round(statistics.median(r[k] for r in runs if k in r), 1) for k in runs[0]}
missed = []
for key, value in report.items():
    budget = 60 if key.endswith("_200") else 110 if key.endswith("_10") else None
    ours = not any(w in key for w in ("gzip", "zstd", "words", "raw"))
    if budget and ours:
        print(f"{key:16} {value:7.1f} B an answer  budget {budget:3}  {'ok' if value <= budget else 'MISSED'}")
        if value > budget:
            missed.append(key)
    else:
        print(f"{key:16} {value:7.1f} B")
with open(f"{os.environ.get('BENCH_OUT', build)}/bench-uplink.json", "w") as f:
    json.dump(report, f, indent=1)
sys.exit(1 if missed else 0)
END
