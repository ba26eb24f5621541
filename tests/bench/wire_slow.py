"""wire_slow.py: the part of wire.py that needs minutes: a slow line, long round trips, cuts and kills."""
import json
import os
import random
import signal
import subprocess
import time
import uuid

PORT = 8700


def linksim(wire, port, *options):
    """A bad link before nginx; clients reach it at the returned URL. Its counts come from `counts`."""
    child = wire.start("python3", f"{wire.here}/linksim.py", "0", f"{wire.HOST_IP}:{port}", "--address", wire.HOST_IP, *options)
    line = child.stdout.readline().split()
    return child, f"http://{wire.HOST_IP}:{line[1]}"


def counts(child):
    child.send_signal(signal.SIGTERM)
    return json.loads(child.stdout.read().strip().splitlines()[-1])


def slow_line(wire, base):
    """A tenth of A at 64 kbit/s."""
    a1, a2 = f"{wire.work}/s1", f"{wire.work}/s2"
    wire.source_a(a1, 1, base, "s", film_size=470_000, edit_every=100)
    wire.source_a(a2, 2, base, "s", film_size=470_000, edit_every=100)
    new = os.path.getsize(f"{a2}/film3.mp4") - len(base) + 3 * 360
    w = wire.Weike("slow", PORT + 1, ["--patches"])
    w.publish(a1)
    w.serve()
    w.sync()
    w.publish(a2)
    wire.run("tc", "qdisc", "add", "dev", wire.HOST_IF, "root", "tbf", "rate", "64kbit", "burst", "1600", "latency", "2s")
    try:
        n, seconds, _ = wire.counted(w.sync)
    finally:
        wire.run("tc", "qdisc", "del", "dev", wire.HOST_IF, "root")
    wire.plain("64 kbit/s", "update, seconds / floor", round(seconds / (new * 8 / 64000), 4), 1.08, "x")


def small_blobs(wire, base):
    """A new course of one small film and 100 texts of 3.4 KB, 600 ms round trip, 64 kbit/s."""
    src = f"{wire.work}/many-texts"
    os.makedirs(src)
    with open(f"{src}/f.mp4", "wb") as f:
        f.write(base)
    total, lessons = len(base), []
    for n in range(20):
        caps = []
        for k, lang in enumerate(["zh-CN", "en", "ug", "bo", "mn"]):
            name = f"t{n * 5 + k}.vtt"
            r = random.Random(n * 5 + k)
            with open(f"{src}/{name}", "w") as f:
                f.write("WEBVTT\n\n")
                for i in range(16): # hex of random bytes: hardly compressible, so that the floor is honest
                    f.write(f"00:00:{i:02d}.000 --> 00:00:{i + 1:02d}.000\n{r.randbytes(85).hex()}\n\n")
            total += os.path.getsize(f"{src}/{name}")
            caps.append({"lang": lang, "file": name})
        lessons.append({"id": str(uuid.UUID(int=(0xd << 100) + n, version=4)), "title": f"第{n}课", "media": "f.mp4", "captions": caps})
    with open(f"{src}/course.json", "w") as f:
        json.dump({"id": "org.example.texts", "version": 1, "title": "课", "lessons": lessons}, f)
    for name, options in (("packs", ["--packs"]), ("no packs", [])):
        w = wire.Weike(f"texts-{name.replace(' ', '')}", PORT + 2 + len(options), options)
        w.publish(src)
        w.serve()
        child, url = linksim(wire, w.port, "--rate", "64000", "--delay", "300")
        w.configure(url)
        began = time.monotonic()
        w.sync()
        seconds = time.monotonic() - began
        counts(child)
        ratio = round(seconds / (total * 8 / 64000), 4)
        if options:
            wire.plain("600 ms", f"100 small blobs, {name}", ratio, 1.15, "x")
        else:
            print(f"600 ms     100 small blobs, {name}: {ratio}")


def first_lesson(wire, base):
    """How much has come when the first lesson of a new course can be watched."""
    src = f"{wire.work}/first"
    os.makedirs(src)
    lessons = []
    for n in range(4): # five minutes of voice and stills are about so large
        wire.film(f"{src}/f{n}.mp4", 1_500_000, 9000 + n, base)
        lessons.append({"id": str(uuid.UUID(int=(0xe << 100) + n, version=4)), "title": f"第{n}课", "media": f"f{n}.mp4"})
    with open(f"{src}/course.json", "w") as f:
        json.dump({"id": "org.example.first", "version": 1, "title": "课", "lessons": lessons}, f)
    w = wire.Weike("first", PORT + 6)
    w.publish(src)
    w.serve()
    child, url = linksim(wire, w.port, "--rate", "1000000")
    w.configure(url)
    before = wire.on_wire()
    sync = subprocess.Popen(["ip", "netns", "exec", wire.NS, wire.ctl, "sync", "--once", "--data", w.data], stdout=subprocess.DEVNULL)
    seen = None
    while sync.poll() is None and seen is None:
        out = wire.try_run("sqlite3", "-readonly", f"{w.data}/weike.db", "SELECT count(*) FROM lesson WHERE ready = 1")
        if out.stdout.strip() not in ("", "0") and out.returncode == 0:
            seen = wire.on_wire() - before
        time.sleep(0.01)
    sync.wait()
    counts(child)
    wire.plain("first", "bytes until the first lesson", round((seen or 10**9) / 1_500_000, 4), 1.1, "x")


def one_big(wire, base, name, port, size):
    src = f"{wire.work}/{name}"
    os.makedirs(src)
    wire.film(f"{src}/film.mp4", size, 31, base)
    with open(f"{src}/course.json", "w") as f:
        json.dump({"id": "org.example.big", "version": 1, "title": "课", "lessons": [
            {"id": str(uuid.UUID(int=0xf << 100, version=4)), "title": "一课", "media": "film.mp4"}]}, f)
    w = wire.Weike(name, port)
    w.publish(src)
    w.serve()
    return w


def cuts(wire, base):
    """20 MB, the connection cut 20 times."""
    w = one_big(wire, base, "cuts", PORT + 7, 20_971_520)
    child, url = linksim(wire, w.port, "--cut", "1000000", "--cuts", "20")
    w.configure(url)
    for _ in range(60):
        if wire.inside(wire.ctl, "sync", "--once", "--data", w.data, "--json").returncode == 0:
            break
    c = counts(child)
    extra = c["down"] - 20_971_520
    print(f"cuts       {c['cuts']} cuts, {c['connections']} connections, {c['down']:,} B delivered: {extra:,} B more than the film (heads, lists, chunk hashes)")
    wire.plain("cuts", "more than the film, per cut", extra // max(1, c["cuts"]), 900, "B")


def kills(wire, base):
    """6 MB at 2 Mbit/s, weikectl killed 20 times."""
    size = 6_000_000
    w = one_big(wire, base, "kills", PORT + 8, size)
    child, url = linksim(wire, w.port, "--rate", "2000000")
    w.configure(url)
    r, done = random.Random(5), 0
    while done < 20:
        sync = subprocess.Popen(["ip", "netns", "exec", wire.NS, wire.ctl, "sync", "--once", "--data", w.data], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(0.5 + r.random())
        if sync.poll() is not None:
            break
        # ip netns exec becomes the program itself
        sync.kill()
        sync.wait()
        done += 1
    w.sync()
    c = counts(child)
    extra = c["down"] - size
    print(f"kills      {done} kills, {c['connections']} connections, {c['down']:,} B delivered: {extra:,} B more than the film")
    wire.plain("kills", "more than the film, per kill", extra // max(1, done), 4096 + 900, "B")


def main(wire, base):
    cuts(wire, base)
    kills(wire, base)
    first_lesson(wire, base)
    small_blobs(wire, base)
    slow_line(wire, base)
