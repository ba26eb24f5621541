#!/usr/bin/env python3
"""kiosk.py BUILD OUT.json [--village DIR] [--big DIR] [--realtime]: what the kiosk costs a person: the wait for the
first picture, a screen that nobody touches, memory while a lesson plays, the tap on a lesson, and every screen's frame
with 10,000 lessons, 2,000 members and 1,000,000 records. Prints budget and figure, writes both to OUT.json; exits
with 1 if a budget is missed.

Works on copies: BUILD/village (make village) is left as it is; BUILD/bench-big is made when it is missing, which takes
minutes and 1.7 GB. Each figure is a median. --realtime (as root) runs the kiosk and its display before all else, for
a machine on which others work at the same time.

The kiosk says by itself (WEIKE_LOG=debug) when pictures reach the display, in time since boot, which is also ours.
"""
import glob
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import labels as say

PIN = "135790"
SLICE = bool(os.environ.get("BENCH_SLICE"))  # whether it runs, not how fast
FIRST_COURSE = "第72门课程"  # make_big gives it the highest priority, so it stands first
LESSON = [f"tap {say.JUST_STUDY}", f"wait {say.GUEST} 15000", "pause 700", "tap 防电信诈骗", f"wait {say.COURSE_OF_THREE} 15000", "pause 500",
          "tap 接到“公检法”电话怎么办", f"wait {say.PAUSE} 15000"]
QUIET = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}


class Kiosk:
    """One run of the program, following a script, with its log in a file."""

    def __init__(self, bench, data, steps):
        self.log_path = f"{bench.tmp}/log"
        script = f"{bench.tmp}/script"
        with open(script, "w") as f:
            f.write("\n".join(steps + ["quit", ""]))
        with open(self.log_path, "w") as log:
            self.born_us = time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1000
            self.process = subprocess.Popen([f"{bench.build}/weike", "--data", data, "--window", "1920x1080", "--lang", "zh-CN",
                                             "--script", script], stdout=log, stderr=log, env=bench.env, preexec_fn=bench.first)

    def log(self):
        with open(self.log_path) as f:
            return f.read()

    def ended(self, timeout_s=120):
        """Waits until the script is through; its log."""
        if self.process.wait(timeout=timeout_s) != 0:
            sys.exit(f"kiosk.py: the kiosk gave up:\n{self.log()[-2000:]}")
        return self.log()

    def proc(self, name):
        with open(f"/proc/{self.process.pid}/{name}") as f:
            return f.read()

    def processor_s(self):
        """Of all threads, to the nanosecond; /proc/PID/stat counts in hundredths of a second."""
        return sum(int(open(path).read().split()[0]) for path in glob.glob(f"/proc/{self.process.pid}/task/*/schedstat")) / 1e9

    def memory_mb(self):
        """Proportional set size of the kiosk and the process that plays."""
        pids = [str(self.process.pid)] + self.proc(f"task/{self.process.pid}/children").split()
        total = 0
        for pid in pids:
            with open(f"/proc/{pid}/smaps_rollup") as f:
                total += int(re.search(r"^Pss:\s+(\d+)", f.read(), re.M)[1])
        return total / 1024

    def sleep_until_shown(self):
        while "first picture" not in self.log() and self.process.poll() is None:
            time.sleep(0.05)


class Bench:
    def __init__(self, build, village, big, realtime):
        self.build, self.realtime = build, realtime
        self.first = (lambda: os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(5))) if realtime else None
        self.tmp = tempfile.mkdtemp(prefix="weike-bench-")
        self.env = dict(os.environ, WEIKE_LOG="debug", SDL_AUDIODRIVER="dummy")
        self.village = shutil.copytree(village, f"{self.tmp}/village")
        self.empty = f"{self.tmp}/empty"
        self.big = big
        self.rows = []
        self.server = None

    def start_display(self):
        n = next((n for n in range(9, 3, -1) if not os.path.exists(f"/tmp/.X11-unix/X{n}")), None)
        if n is None:
            sys.exit("kiosk.py: no display number below :10 is free")
        self.server = subprocess.Popen(["Xvfb", f":{n}", "-screen", "0", "1920x1080x24", "-nolisten", "tcp"], **QUIET)
        self.env["DISPLAY"] = f":{n}"
        for _ in range(200):
            if os.path.exists(f"/tmp/.X11-unix/X{n}"):
                break
            time.sleep(0.05)
        if self.realtime:
            os.sched_setscheduler(self.server.pid, os.SCHED_RR, os.sched_param(5))

    def end(self):
        if self.server:
            self.server.terminate()
            self.server.wait()
        shutil.rmtree(self.tmp)

    def row(self, key, what, figure, unit, budget=None):
        self.rows.append({"key": key, "what": what, "figure": round(figure, 3), "unit": unit, "budget": budget,
                          "ok": budget is None or figure <= budget})

    # --- what is measured ---

    def start(self, data, cold=False):
        """Milliseconds from before the process exists to its first picture; and of processor."""
        if cold:
            forget_files(self.build, data)
        kiosk = Kiosk(self, data, [])
        shown = re.search(r"first picture at boot-time (\d+) us, (\d+) us of processor", kiosk.ended())
        return (int(shown[1]) - kiosk.born_us) / 1000, int(shown[2]) / 1000

    def link(self):
        """Milliseconds of a process that is linked, says its version and ends: what no start can go below, and a
        yardstick for how fast this machine is just now."""
        begun = time.monotonic()
        subprocess.run([f"{self.build}/weike", "--version"], check=True, preexec_fn=self.first, **QUIET)
        return (time.monotonic() - begun) * 1000

    def starts(self):
        self.start(self.village)
        self.start(self.empty)
        self.start(self.big)
        places = {"village": self.village, "empty": self.empty, "big": self.big}
        rounds = [{"link": (self.link(), 0)} | {name: self.start(data) for name, data in places.items()} for _ in range(1 if SLICE else 15)]
        middle = lambda name, i=0: statistics.median(r[name][i] for r in rounds)
        self.row("start_warm_ms", "process start to the wall of faces, warm", middle("village"), "ms", 60)
        self.row("start_cpu_ms", "  of it processor, all threads", middle("village", 1), "ms")
        self.row("start_link_ms", "  beside it: linking the program and ending it (yardstick)", middle("link"), "ms")
        self.row("start_link_ratio", "  start / yardstick: the same on a busy machine",
                 statistics.median(r["village"][0] / r["link"][0] for r in rounds), "x")
        self.row("start_cold_ms", "  files forgotten by the page cache (where nobody else has them open)",
                 statistics.median(self.start(self.village, cold=True)[0] for _ in range(1 if SLICE else 5)), "ms", 120)
        self.row("start_big_ratio", "start with big data / start with none",
                 statistics.median(r["big"][0] / r["empty"][0] for r in rounds), "x", 1.2)

    def idle(self):
        kiosk = Kiosk(self, self.village, ["pause 3000" if SLICE else "pause 16000"])
        kiosk.sleep_until_shown()
        time.sleep(1 if SLICE else 3)
        before = kiosk.processor_s()
        time.sleep(1 if SLICE else 10)
        self.row("idle_cpu_s", "processor in 10 s on a screen nobody touches", kiosk.processor_s() - before, "s", 0.01)
        kiosk.ended()

    def lesson(self):
        taps = []
        for last in [False] * (1 if SLICE else 6) + [True]:
            kiosk = Kiosk(self, self.village, LESSON + ["pause 12000" if last else "pause 500"])
            if last:
                kiosk.sleep_until_shown()
                time.sleep(5 if SLICE else 11)
                self.row("playing_pss_mb", "memory while a 480p lesson plays (both processes, what they share counted once)",
                         kiosk.memory_mb(), "MB", 50)
                kiosk.process.kill()
                kiosk.process.wait()
            else:
                kiosk.ended()
            taps.append(tap_to_picture_ms(kiosk.log()))
        self.row("tap_to_picture_ms", "tap on a lesson to its first picture", statistics.median(taps), "ms", 80)

    def big_screens(self):
        visit = ["pause 400", "tap L", "pause 400", f"tap {say.NEXT_PAGE}", "pause 400", f"tap {say.EARLIER_PAGE}", "pause 400", "tap 李芳",
                 f"wait {say.MY_HOURS} 9000", "pause 600", f"tap {FIRST_COURSE}", "pause 600", f"tap {say.BACK}", "pause 400",
                 f"tap {say.SEE_HOURS}", "pause 600", f"tap {say.BACK}", "pause 400", f"tap {say.ALL_COURSES}", "pause 600",
                 f"tap {say.NEXT_PAGE}", "pause 400", f"tap {say.BACK}", "pause 400", f"tap {say.SIGN_OUT}", f"wait {say.WALL} 9000"]
        visit += [f"tap {say.TECHNICIAN}"] * 5 + [f"wait {say.ENTER_PIN} 3000"] + [f"tap {digit}" for digit in PIN]
        visit += [f"tap {say.DONE}", f"wait {say.MEMBERS} 9000", "pause 300", f"tap {say.MEMBERS}", "pause 600", f"tap {say.MACHINE}", "pause 600"]
        frames = {}
        for _ in range(1 if SLICE else 5):
            worst = {}
            for screen, ms in re.findall(r"frame (\w+): ([\d.]+) ms", Kiosk(self, self.big, visit).ended()):
                worst[screen] = max(worst.get(screen, 0), float(ms))
            for screen, ms in worst.items():
                frames.setdefault(screen, []).append(ms)
        for screen, runs in frames.items():
            self.row(f"big_{screen}_ms", f"slowest frame of screen \"{screen}\" with big data", statistics.median(runs), "ms", 16)


def forget_files(build, data):
    """As after a restart of the machine, as far as one may without root."""
    libs = re.findall(r"(/\S+) \(0x", subprocess.run(["ldd", f"{build}/weike"], capture_output=True, text=True).stdout)
    fonts = subprocess.run(["fc-list", "-f", "%{file}\n"], capture_output=True, text=True).stdout.split("\n")
    files = libs + fonts + glob.glob("/var/cache/fontconfig/*") + [f"{build}/weike"] + glob.glob(f"{data}/*")
    for path in {f for f in files if os.path.isfile(f)}:
        fd = os.open(path, os.O_RDONLY)
        os.posix_fadvise(fd, 0, 0, os.POSIX_FADV_DONTNEED)
        os.close(fd)


def tap_to_picture_ms(log):
    lines = log.split("\n")
    picture = next(i for i, line in enumerate(lines) if "first video picture" in line)
    tap = [line for line in lines[:picture] if "finger up" in line][-1]
    shown = next(line for line in lines[picture:] if "frame player" in line)
    at = lambda line: int(re.search(r"boot-time (\d+) us", line)[1])
    return (at(shown) - at(tap)) / 1000


def table(rows):
    red, plain = ("\033[31m", "\033[0m") if sys.stdout.isatty() else ("", "")
    for r in rows:
        budget = f"<= {r['budget']:g}" if r["budget"] is not None else ""
        verdict = "" if r["budget"] is None else "OK" if r["ok"] else f"{red}MISSED{plain}"
        print(f"{r['what']:74} {r['figure']:8.3f} {r['unit']:3} {budget:8} {verdict}")


def big_data(build):
    """The big directory, made once and kept; its technician gets a PIN."""
    big = f"{build}/bench-slice/big" if SLICE else f"{build}/bench-big"
    if not os.path.exists(f"{big}/made"):
        shutil.rmtree(big, ignore_errors=True)
        size = ["1000", "2000", "3000"] if SLICE else ["10000", "2000", "1000000"]
        print("making {} lessons, {} members, {} records ...".format(*size), flush=True)
        subprocess.run([f"{build}/test/make_big", big, *size], check=True, stdout=subprocess.DEVNULL)
        open(f"{big}/made", "w").close()
    return big


def main():
    args = sys.argv[1:]
    if len(args) < 2 or args[0].startswith("-"):
        sys.exit(__doc__)
    option = lambda name, fallback: args[args.index(name) + 1] if name in args else fallback
    build = os.path.abspath(args[0])
    big = option("--big", None) or big_data(build)
    subprocess.run([f"{build}/weikectl", "technician", "pin", PIN, "--data", big], check=True, stdout=subprocess.DEVNULL)
    bench = Bench(build, option("--village", f"{build}/village"), big, "--realtime" in args)
    try:
        bench.start_display()
        bench.starts()
        bench.idle()
        bench.lesson()
        bench.big_screens()
    finally:
        bench.end()
    table(bench.rows)
    with open(args[1], "w") as out:
        json.dump({"kiosk": {r["key"]: {k: r[k] for k in ("figure", "unit", "budget", "ok")} for r in bench.rows}}, out, indent=1)
    sys.exit(0 if all(r["ok"] for r in bench.rows) else 1)


if __name__ == "__main__":
    main()
