#!/usr/bin/env python3
"""playback.py BUILD [--rounds N] [--only NAME] [--weike "CMD"]: what full-screen playback costs, against decoding
alone, ffplay and mpv, all software only, at 1920x1080 on a display of its own.

Each round runs all four one after the other on the same clip; the ratios are taken within a round, and the median of
the rounds counts, so that a busy machine disturbs all alike. CPU is user + system time of the process and its
children. Prints a table, marks missed budgets, writes BUILD/bench-playback.json.
"""
import json
import os
import shlex
import statistics
import subprocess
import sys
import time

SAMPLES = "/usr/share/forensics-samples/original-files"
BUDGETS = {  # PRODUCT budgets: CPU as a multiple of decoding alone, first picture, memory
    "talking-720p": {"cpu_ratio": 1.25, "first_frame_ms": 80},
    "motion-480p": {"cpu_ratio": 1.8, "first_frame_ms": 80, "rss_kb": 50 * 1024},
    "phone-1080p": {"first_frame_ms": 80},
}
SLICE = bool(os.environ.get("BENCH_SLICE"))  # one clip of three seconds, once: whether it runs, not how fast
QUIET = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}


def ffmpeg(*args):
    subprocess.run(["ffmpeg", "-nostdin", "-v", "error", "-y", *args], check=True)


def make_clips(folder):
    """Long enough (about 25 s) that starting a program does not decide."""
    os.makedirs(folder, exist_ok=True)
    loops = {"talking-720p": (f"{SAMPLES}/movie2/movie-hello.mp4", 2),
             "phone-1080p": (f"{SAMPLES}/movie1/VID_20191220_170832.mp4", 11)}
    clips = {}
    for name, (source, times) in ({} if SLICE else loops).items():
        clips[name] = f"{folder}/{name}.mp4"
        if not os.path.exists(source):
            print(f"skip {name}: {source} is missing (package forensics-samples-files)")
            del clips[name]
        elif not os.path.exists(clips[name]):
            ffmpeg("-stream_loop", str(times), "-i", source, "-c", "copy", clips[name])
    seconds = 3 if SLICE else 25
    clips["motion-480p"] = f"{folder}/motion-480p.mp4"
    if not os.path.exists(clips["motion-480p"]):  # every pixel changes in every picture
        ffmpeg("-f", "lavfi", "-i", f"testsrc2=size=854x480:rate=30:duration={seconds}", "-f", "lavfi", "-i",
               f"sine=frequency=440:duration={seconds}", "-vf", "noise=alls=12:allf=t", "-c:v", "libx264", "-preset", "medium",
               "-crf", "26", "-pix_fmt", "yuv420p", "-c:a", "aac", clips["motion-480p"])
    return clips


def start_display():
    for n in range(9, 3, -1):  # below :10, where MIT-SHM is used
        if not os.path.exists(f"/tmp/.X11-unix/X{n}"):
            server = subprocess.Popen(["Xvfb", f":{n}", "-screen", "0", "1920x1080x24", "-nolisten", "tcp"], **QUIET)
            for _ in range(100):
                if os.path.exists(f"/tmp/.X11-unix/X{n}"):
                    os.environ["DISPLAY"] = f":{n}"
                    return server
                time.sleep(0.05)
    sys.exit("playback.py: no display number below :10 is free")


def measure(command):
    """Runs to the end; CPU seconds, peak resident KiB, wall seconds and standard output."""
    began = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
    out = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"playback.py: {shlex.join(command)} ended with {process.returncode}")
    return {"cpu_s": usage.ru_utime + usage.ru_stime, "rss_kb": usage.ru_maxrss,
            "wall_s": time.monotonic() - began, "out": out.decode(errors="replace")}


def commands(build, weike, clip):
    return {
        "decode": [f"{build}/test/decode_alone", clip],
        "weike": [*weike, clip, "--json"],
        "ffplay": ["ffplay", "-autoexit", "-x", "1920", "-y", "1080", "-noborder", "-loglevel", "quiet", clip],
        # The cheapest of mpv's software outputs, with its fastest scaler and no on-screen controls.
        "mpv": ["mpv", "--no-config", "--vo=x11", "--hwdec=no", "--ao=null", "--sws-fast=yes",
                "--sws-scaler=fast-bilinear", "--vd-lavc-threads=1", "--geometry=1920x1080+0+0", "--no-border",
                "--autofit=1920x1080", "--osc=no", "--load-scripts=no", "--really-quiet", "--no-terminal", clip],
    }


def median_of(rounds, key):
    return statistics.median(key(r) for r in rounds)


def summarize(rounds):
    result = {}
    for who in ("decode", "weike", "ffplay", "mpv"):
        result[who] = {"cpu_s": median_of(rounds, lambda r: r[who]["cpu_s"]),
                       "rss_kb": int(median_of(rounds, lambda r: r[who]["rss_kb"])),
                       "cpu_ratio": median_of(rounds, lambda r: r[who]["cpu_s"] / r["decode"]["cpu_s"])}
    own = [json.loads(r["weike"]["out"]) for r in rounds]
    result["weike"]["rss_kb"] = int(statistics.median(o["peak_rss_kb"] for o in own))  # of both processes together
    for key in ("frames", "dropped", "late", "first_frame_ms", "decode_cpu_s", "av_skew_ms_p95"):
        result["weike"][key] = statistics.median(o[key] for o in own)
    return result


def judge(name, result):
    missed = []
    for key, limit in BUDGETS[name].items():
        if result["weike"][key] > limit:
            missed.append(f"{key} {result['weike'][key]:.2f} > {limit}")
    return missed


def show(name, result, missed):
    red, plain = ("\033[31m", "\033[0m") if sys.stdout.isatty() else ("", "")
    print(f"\n{name}: {result['weike']['frames']:.0f} pictures, {result['weike']['dropped']:.0f} dropped, first after "
          f"{result['weike']['first_frame_ms']:.1f} ms, sound and picture within {result['weike']['av_skew_ms_p95']:.1f} ms")
    for who in ("decode", "weike", "ffplay", "mpv"):
        r = result[who]
        print(f"  {who:8} {r['cpu_s']:8.2f} CPU-s  {r['cpu_ratio']:6.2f} x decode alone  {r['rss_kb'] / 1024:7.1f} MB")
    for m in missed:
        print(f"  {red}budget missed: {m}{plain}")


def main():
    args = sys.argv[1:]
    option = lambda name, fallback: args[args.index(name) + 1] if name in args else fallback
    build = os.path.abspath(args[0])
    weike = shlex.split(option("--weike", f"{build}/weike --play"))
    out = os.environ.get("BENCH_OUT", build)
    only = option("--only", None)
    os.environ["SDL_AUDIODRIVER"] = "dummy"  # paced like a sound card, heard by nobody
    clips = make_clips(f"{out}/bench-clips")
    server = start_display()
    report = {}
    try:
        for name, clip in clips.items():
            if only and name != only:
                continue
            rounds = []
            for _ in range(int(option("--rounds", "1" if SLICE else "3"))):
                rounds.append({who: measure(cmd) for who, cmd in commands(build, weike, clip).items()})
            report[name] = summarize(rounds)
            report[name]["missed"] = judge(name, report[name])
            show(name, report[name], report[name]["missed"])
    finally:
        server.terminate()
        server.wait()
    with open(f"{out}/bench-playback.json", "w") as f:
        json.dump({"playback": report}, f, indent=1)


main()
