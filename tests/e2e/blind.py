#!/usr/bin/env python3
"""blind.py BUILD DATA LOG STORY: uses the kiosk without reading a word. All text is painted as bars (--blocks); this driver
sees nothing of the box tree. It has ears: the lines of $WEIKE_SPOKEN, each a text and the place that was marked while it was
said; and it knows two pictures: the loudspeaker in its corner and nothing else. STORY is a python file that calls hear(),
tap() and the like. Fails with the last things heard.
"""
import json
import os
import subprocess
import sys
import tempfile
import time

BUILD, DATA, LOG, STORY = sys.argv[1:5]
W, H = 1366, 768
work = tempfile.mkdtemp(prefix="weike-blind-")
spoken = f"{work}/spoken"
env = dict(os.environ, WEIKE_SPOKEN=spoken, SDL_AUDIODRIVER="dummy", WEIKE_LOG="debug")
log = open(LOG, "w")
kiosk = subprocess.Popen([f"{BUILD}/weike", "--data", DATA, "--window", f"{W}x{H}", "--lang", "zh-CN", "--blocks"],
                         stdout=log, stderr=log, env=env)
read_to = 0   # lines of the spoken log that were heard


class Lost(Exception):
    pass


def xdo(*args):
    return subprocess.run(["xdotool", *map(str, args)], check=True, capture_output=True, text=True).stdout


def window():
    for _ in range(100):
        ids = xdo_quiet("search", "--pid", kiosk.pid, "--name", "Weike").split()
        if ids:
            return ids[-1]
        time.sleep(0.1)
    raise Lost("the kiosk has no window")


def xdo_quiet(*args):
    return subprocess.run(["xdotool", *map(str, args)], capture_output=True, text=True).stdout


def touch(x, y):
    xdo("mousemove", "--window", win, int(x), int(y))
    time.sleep(0.05)
    xdo("mousedown", 1)
    time.sleep(0.06)
    xdo("mouseup", 1)
    time.sleep(0.05)


def listen():
    """What has been said since the last time; None is silence after it."""
    global read_to
    if not os.path.exists(spoken):
        return []
    lines = open(spoken, encoding="utf-8").read().split("\n")[:-1]
    new, read_to = lines[read_to:], len(lines)
    return [json.loads(line) for line in new]


def loudspeaker():
    """The one picture this driver knows: top right, 48 and 16 units from the edges."""
    unit = min(W / 1920, H / 1080)
    touch(W - (48 + 48) * unit, (16 + 48) * unit)


def sounds(seconds):
    """What is said one after the other, until it is silent for that long."""
    quiet = time.monotonic() + seconds
    speaking = False
    while speaking or time.monotonic() < quiet:
        for s in listen():
            speaking = not s.get("end")
            quiet = time.monotonic() + seconds
            if speaking:
                yield s
        if kiosk.poll() is not None:
            raise Lost(f"the kiosk has ended ({kiosk.returncode})")
        time.sleep(0.03)


def hear(*what, tries=3, roles=("button", "choice", "alert", "text", "title")):
    """Until something with one of these sounds is said: first what is read by itself, then the loudspeaker is asked. Its place."""
    said = []
    for attempt in range(tries + 1):
        if attempt:
            loudspeaker()
        for s in sounds(1.5):
            said.append(s["text"])
            if s["role"] in roles and any(w in s["text"] for w in what):
                print(f"    heard “{s['text'][:60]}” ({s['screen']})", flush=True)
                return s
    raise Lost(f"never heard {what}; heard: {' | '.join(said)[-900:]}")


def tap(*what):
    """Listens for a thing to tap, and taps where it was marked."""
    s = hear(*what, roles=("button", "choice"))
    x, y, w, h = s["rect"]
    touch(x + w / 2, y + h / 2)
    time.sleep(0.3)


status = 1
try:
    win = window()
    xdo("windowmove", win, 0, 0)
    time.sleep(1.5)
    exec(compile(open(STORY, encoding="utf-8").read(), STORY, "exec"))
    status = 0
except (Lost, subprocess.CalledProcessError) as e:
    print(f"    {e}")
finally:
    xdo_quiet("mousemove", W // 2, H - 2)
    kiosk.terminate()
    try:
        kiosk.wait(timeout=20)
    except subprocess.TimeoutExpired:
        kiosk.kill()
sys.exit(status)
