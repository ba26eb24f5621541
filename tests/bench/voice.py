#!/usr/bin/env python3
"""voice.py BUILD OUT.json [--village DIR]: how soon a screen is read aloud after the tap, and what it costs. Prints budget and
figure; exits with 1 if a budget is missed. Works on a copy of BUILD/village.

The kiosk says itself (WEIKE_LOG=debug) how long after the tap the first samples went to the sound device. Beside it, as a
yardstick of this machine just now, stands espeak-ng writing the same kind of words to a file.
"""
import json
import re
import statistics
import subprocess
import sys
import time

import kiosk as k
from kiosk import say

READINGS = 1 if k.SLICE else 9


def espeak_ms():
    begun = time.monotonic()
    subprocess.run(["espeak-ng", "-v", "cmn-latn-pinyin", "-w", "/dev/null", "请点您的头像"], check=True, **k.QUIET)
    return (time.monotonic() - begun) * 1000


def voices(kiosk):
    """The weike-voice processes of this kiosk."""
    found = []
    for pid in kiosk.proc(f"task/{kiosk.process.pid}/children").split():
        with open(f"/proc/{pid}/comm") as f:
            if f.read().strip() == "weike-voice":
                found.append(pid)
    return found


def pss_mb(pid):
    with open(f"/proc/{pid}/smaps_rollup") as f:
        return int(re.search(r"^Pss:\s+(\d+)", f.read(), re.M)[1]) / 1024


def read_aloud(bench):
    steps = [f"wait {say.WALL} 15000", "pause 3000"]
    for _ in range(READINGS):
        steps += [f"tap {say.READ_TO_ME}", "pause 1500", f"tap {say.BE_QUIET}", "pause 500"]
    kiosk = k.Kiosk(bench, bench.village, steps + ["pause 6000" if k.SLICE else "pause 17000"])
    kiosk.sleep_until_shown()
    time.sleep(2)
    before = len(voices(kiosk))
    largest, most = 0, 0
    for _ in range(60):
        time.sleep(0.1)
        pids = voices(kiosk)
        most = max(most, len(pids))
        for pid in pids:
            try:
                largest = max(largest, pss_mb(pid))
            except (FileNotFoundError, ProcessLookupError, PermissionError, TypeError):
                pass  # it was silenced meanwhile
    while len(re.findall("read aloud", kiosk.log())) < READINGS and kiosk.process.poll() is None:
        time.sleep(0.2)
    time.sleep(1 if k.SLICE else 6)
    after, cpu = len(voices(kiosk)), kiosk.processor_s()
    time.sleep(1 if k.SLICE else 8)
    cpu = kiosk.processor_s() - cpu
    waits = [float(ms) for ms in re.findall(r"first samples ([\d.]+) ms after the tap", kiosk.ended())]
    yardstick = statistics.median(espeak_ms() for _ in range(9))
    bench.row("voice_tap_ms", "tap on the loudspeaker to the first samples at the sound device", statistics.median(waits), "ms", 150)
    bench.row("voice_tap_worst_ms", f"  slowest of {len(waits)}", max(waits), "ms")
    bench.row("voice_espeak_ms", "  beside it: espeak-ng alone, words to a file (yardstick)", yardstick, "ms")
    bench.row("voice_tap_ratio", "  tap / yardstick: the same on a busy machine", statistics.median(waits) / yardstick, "x")
    bench.row("voice_pss_mb", "memory of the process that speaks", largest, "MB")
    bench.row("voice_processes", "processes that speak: before the first tap and after the last, at most at once", before + after + (most - 1), "", 0)
    bench.row("voice_idle_cpu_s", "processor of the kiosk in 8 s after it has spoken", cpu, "s", 0.01)


def main():
    args = sys.argv[1:]
    if len(args) < 2:
        sys.exit(__doc__)
    build = k.os.path.abspath(args[0])
    village = args[args.index("--village") + 1] if "--village" in args else f"{build}/village"
    bench = k.Bench(build, village, None, False)
    try:
        if "DISPLAY" not in bench.env:  # what is on the screen costs nothing here: any display will do
            bench.start_display()
        read_aloud(bench)
    finally:
        bench.end()
    k.table(bench.rows)
    with open(args[1], "w") as out:
        json.dump({"voice": {r["key"]: {x: r[x] for x in ("figure", "unit", "budget", "ok")} for r in bench.rows}}, out, indent=1)
    sys.exit(0 if all(r["ok"] for r in bench.rows) else 1)


if __name__ == "__main__":
    main()
