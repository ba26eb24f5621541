#!/usr/bin/python3
"""wire.py BUILD [--slow]: what an update costs on the wire, beside rsync, zsync, casync and OSTree on the same data in the same run.

Two network namespaces, a veth pair, offload off, MTU 1500: bytes are those of the interface, both ways, headers included.
A: a package of 50 MB (10 films, 300 texts); one film of 4.8 MB is replaced and 30 texts are edited.
B: one film of 51 MB; 100 places of 50 KB each are edited.
--slow adds what needs minutes: 64 kbit/s, 600 ms round trips, cuts. Needs root. Leaves BUILD/bench-wire.json; 1 when a budget is missed."""
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import uuid

build = os.path.abspath(sys.argv[1])
slow = "--slow" in sys.argv
slice = bool(os.environ.get("BENCH_SLICE"))  # a little of A, with every peer: whether it runs, not how much
only = [a for a in sys.argv[2:] if not a.startswith("--")]
ctl = f"{build}/weikectl"
NS, HOST_IF, NS_IF, HOST_IP, NS_IP = "weike-bench", "wkb0", "wkb1", "10.213.77.1", "10.213.77.2"
here = os.path.dirname(os.path.abspath(__file__))
work = tempfile.mkdtemp(prefix="weike-wire-")
children = []
report = {}


def run(*cmd, **kw):
    return subprocess.run(cmd, check=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **kw).stdout


def try_run(*cmd, **kw):
    return subprocess.run(cmd, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **kw)


def inside(*cmd, **kw):
    return try_run("ip", "netns", "exec", NS, *cmd, **kw)


def start(*cmd, **kw):
    child = subprocess.Popen(cmd, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, **kw)
    children.append(child)
    return child


def net_up():
    try_run("ip", "netns", "del", NS)
    try_run("ip", "link", "del", HOST_IF)
    run("ip", "netns", "add", NS)
    run("ip", "link", "add", HOST_IF, "type", "veth", "peer", "name", NS_IF, "netns", NS)
    run("ip", "addr", "add", f"{HOST_IP}/24", "dev", HOST_IF)
    run("ip", "link", "set", HOST_IF, "up")
    for cmd in (["ip", "addr", "add", f"{NS_IP}/24", "dev", NS_IF], ["ip", "link", "set", NS_IF, "up"], ["ip", "link", "set", "lo", "up"]):
        run("ip", "netns", "exec", NS, *cmd)
    for feature in ("tso", "gso", "gro", "sg", "tx", "rx"):
        try_run("ethtool", "-K", HOST_IF, feature, "off")
        inside("ethtool", "-K", NS_IF, feature, "off")
    time.sleep(1)


def net_down():
    for c in children:
        c.terminate()
    try_run("ip", "netns", "del", NS)
    try_run("ip", "link", "del", HOST_IF)


def on_wire():
    with open("/proc/net/dev") as f:  # of our own name space, whatever /sys was mounted in
        columns = re.search(rf"^ *{HOST_IF}:(.*)$", f.read(), re.M)[1].split()
    return int(columns[0]) + int(columns[8])


def counted(act):
    before = on_wire()
    began = time.monotonic()
    result = act()
    seconds = time.monotonic() - began
    time.sleep(0.3)  # the last FIN
    return on_wire() - before, seconds, result


# ---- data ----

def film(path, size, seed, base):
    """A film that plays two seconds and carries incompressible bytes in a box every player skips (ISO 14496-12 'free')."""
    fill = size - len(base)
    with open(path, "wb") as f:
        f.write(base)
        f.write(fill.to_bytes(4, "big") + b"free")
        f.write(random.Random(seed).randbytes(fill - 8))


def captions(path, n, edited):
    r = random.Random(n)
    words = "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面而方后多定行学法所民得经"
    cues = ["".join(r.choice(words) for _ in range(60)) for _ in range(24)]
    if edited:
        cues[7] = "".join(random.Random(n + 9000).choice(words) for _ in range(120))
    with open(path, "w") as f:
        f.write("WEBVTT\n\n")
        for i, cue in enumerate(cues):
            f.write(f"00:00:{i:02d}.000 --> 00:00:{i + 1:02d}.000\n{cue}\n\n")


def source_a(dir, version, base, id_tail="a", films=10, film_size=4_700_000, edit_every=10):
    os.makedirs(dir, exist_ok=True)
    lessons = []
    langs = ["zh-CN", "en", "ug", "bo", "mn"]
    for n in range(60):
        name = f"film{n if n < films else 'x'}.mp4"
        new = version > 1 and n == 3
        if n <= films:
            film(f"{dir}/{name}", (4_800_000 * film_size // 4_700_000 if new else film_size) if n < films else len(base) + 1000, n + (500 if new else 0), base)
        caps = []
        for k, lang in enumerate(langs):
            t = n * 5 + k
            captions(f"{dir}/t{t}.vtt", t, version > 1 and t % edit_every == 4)
            caps.append({"lang": lang, "file": f"t{t}.vtt"})
        lessons.append({"id": str(uuid.UUID(int=(0xa << 120) + n + 1, version=4)), "title": f"第{n + 1}课", "media": name, "captions": caps})
    with open(f"{dir}/course.json", "w") as f:
        json.dump({"id": f"org.example.{id_tail}", "version": version, "title": "课", "lessons": lessons}, f)


def source_b(dir, version, base):
    os.makedirs(dir, exist_ok=True)
    film(f"{dir}/film.mp4", 51_000_000, 77, base)
    if version > 1:
        r = random.Random(78)
        with open(f"{dir}/film.mp4", "r+b") as f:
            for k in range(100):
                f.seek(len(base) + 1000 + k * 500_000)
                f.write(r.randbytes(50_000))
    with open(f"{dir}/course.json", "w") as f:
        json.dump({"id": "org.example.b", "version": version, "title": "课", "lessons": [
            {"id": str(uuid.UUID(int=0xb << 100, version=4)), "title": "一课", "media": "film.mp4"}]}, f)


def base_film():
    path = f"{work}/base.mp4"
    run("ffmpeg", "-nostdin", "-v", "error", "-y", "-f", "lavfi", "-i", "color=size=64x48:rate=5:duration=30", "-f", "lavfi", "-i", "anullsrc=r=8000:cl=mono", "-c:v", "libx264",
        "-crf", "45", "-c:a", "aac", "-b:a", "8k", "-t", "30", "-movflags", "+faststart", path)
    with open(path, "rb") as f:
        return f.read()


# ---- servers ----

def nginx(root, port, extra=""):
    conf = f"{work}/nginx-{port}.conf"
    with open(conf, "w") as f:
        f.write(f"""user root; daemon off; worker_processes 1; pid {work}/nginx-{port}.pid; error_log stderr error;
events {{ worker_connections 256; }}
http {{ access_log {work}/access-{port}.log; client_body_temp_path {work}/nb; proxy_temp_path {work}/np; fastcgi_temp_path {work}/nf; uwsgi_temp_path {work}/nu; scgi_temp_path {work}/ns;
  sendfile on; tcp_nopush on; etag on; server_tokens off;
  server {{ listen {HOST_IP}:{port}; listen 127.0.0.1:{port}; root {root}; {extra} }} }}
""")
    start("nginx", "-c", conf, "-p", work)
    for _ in range(50):
        if try_run("curl", "-s", "-o", "/dev/null", f"http://{HOST_IP}:{port}/").returncode == 0:
            return f"http://{HOST_IP}:{port}"
        time.sleep(0.1)
    sys.exit("wire: nginx did not start")


# ---- Weike ----

class Weike:
    def __init__(self, name, port, options=()):
        self.repo, self.data, self.keys, self.options = f"{work}/{name}-srv", f"{work}/{name}-data", f"{work}/{name}-keys", list(options)
        run(ctl, "root", "init", self.keys)
        self.port = port
        os.makedirs(self.repo)

    def publish(self, src):
        return run(ctl, "publish", src, "--repo", self.repo, "--keys", self.keys, *self.options)

    def serve(self):
        self.server = nginx(self.repo, self.port)
        os.makedirs(self.data, exist_ok=True)
        self.configure(self.server)
        run(ctl, "trust", f"{self.repo}/repo/root/1.root", "--data", self.data)

    def configure(self, server):
        with open(f"{self.data}/weike.conf", "w") as f:
            f.write(f'server = "{server}"\n')

    def sync(self):
        out = inside(ctl, "sync", "--once", "--data", self.data, "--json")
        if out.returncode:
            raise RuntimeError(f"weikectl sync: {out.stdout}")
        return json.loads(out.stdout.strip().splitlines()[-1])


def figure(group, name, bytes_, new, budget=None, seconds=None):
    ratio = bytes_ / new
    entry = {"bytes": bytes_, "ratio": round(ratio, 4)}
    if budget:
        entry.update(budget=budget, ok=ratio <= budget)
    if seconds is not None:
        entry["seconds"] = round(seconds, 2)
    report.setdefault(group, {})[name] = entry
    mark = "" if not budget else "ok" if entry["ok"] else "MISSED"
    print(f"{group:10} {name:28} {bytes_:>12,} B  {ratio:7.4f}  {f'budget {budget}' if budget else '':14} {mark}", flush=True)


def plain(group, name, value, budget, unit):
    ok = value <= budget
    report.setdefault(group, {})[name] = {"value": value, "budget": budget, "ok": ok}
    print(f"{group:10} {name:28} {value:>12,} {unit}  budget {budget:,}  {'ok' if ok else 'MISSED'}", flush=True)


# ---- the peers ----

def peer_rsync(group, v1, v2, new):
    conf = f"{work}/rsyncd.conf"
    with open(conf, "w") as f:
        f.write(f"use chroot = no\nport = 8731\naddress = {HOST_IP}\n[x]\npath = {v2}\nread only = yes\n")
    daemon = start("rsync", "--daemon", "--no-detach", f"--config={conf}")
    time.sleep(0.7)
    dst = f"{work}/rsync-dst"
    shutil.copytree(v1, dst)
    n, s, out = counted(lambda: inside("rsync", "-a", "-c", f"rsync://{HOST_IP}:8731/x/", f"{dst}/"))
    daemon.terminate()
    shutil.rmtree(dst)
    figure(group, "rsync -c (tree)", n, new, seconds=s) if out.returncode == 0 else print("rsync failed", out.stdout)


def peer_zsync(group, v1, v2, new, url, root):
    run("tar", "-C", v1, "-cf", f"{work}/v1.tar", ".")
    run("tar", "-C", v2, "-cf", f"{root}/v2.tar", ".")
    run("zsyncmake", "-u", f"{url}/v2.tar", "-o", f"{root}/v2.tar.zsync", f"{root}/v2.tar")
    os.makedirs(f"{work}/z")
    n, s, out = counted(lambda: inside("zsync", "-q", "-i", f"{work}/v1.tar", f"{url}/v2.tar.zsync", cwd=f"{work}/z"))
    shutil.rmtree(f"{work}/z")
    figure(group, "zsync (tar)", n, new, seconds=s) if out.returncode == 0 else print("zsync failed", out.stdout)


def peer_casync(group, v1, v2, new, url, root):
    run("casync", "make", f"--store={root}/{group}.castr", f"{root}/{group}.caidx", v2)
    n, s, out = counted(lambda: inside("casync", "extract", f"--store={url}/{group}.castr", f"--seed={v1}", f"{url}/{group}.caidx", f"{work}/ca"))
    shutil.rmtree(f"{work}/ca", ignore_errors=True)
    figure(group, "casync (tree)", n, new, seconds=s) if out.returncode == 0 else print("casync failed", out.stdout)


def peer_ostree(group, v1, v2, new, url, root):
    repo = f"{root}/{group}-ostree"
    run("ostree", f"--repo={repo}", "init", "--mode=archive")
    run("ostree", f"--repo={repo}", "commit", "-b", "x", f"--tree=dir={v1}")
    mine = f"{work}/ostree-client"
    run("ostree", f"--repo={mine}", "init", "--mode=archive")
    run("ostree", f"--repo={mine}", "remote", "add", "--no-gpg-verify", "o", f"{url}/{group}-ostree")
    out = inside("ostree", f"--repo={mine}", "pull", "o", "x")
    run("ostree", f"--repo={repo}", "commit", "-b", "x", f"--tree=dir={v2}")
    n, s, out = counted(lambda: inside("ostree", f"--repo={mine}", "pull", "o", "x"))
    shutil.rmtree(mine)
    figure(group, "ostree pull", n, new, seconds=s) if out.returncode == 0 else print("ostree failed", out.stdout)


def peers(group, v1, v2, new):
    root = f"{work}/peers-{group}"
    os.makedirs(root)
    url = nginx(root, 8790 + len(report))
    peer_rsync(group, v1, v2, new)
    peer_zsync(group, v1, v2, new, url, root)
    peer_casync(group, v1, v2, new, url, root)
    peer_ostree(group, v1, v2, new, url, root)


# ---- what is measured ----

def update(group, v1, v2, new, port, options, budget, name):
    w = Weike(f"{group}-{port}", port, options)
    w.publish(v1)
    w.serve()
    w.sync()
    w.publish(v2)
    n, s, out = counted(w.sync)
    figure(group, name, n, new, budget, s)
    return w


def nothing_new(w):
    before = requests(w.port)
    n, _, _ = counted(w.sync)
    out = w.sync()
    plain("poll", "nothing new, HTTP bytes", out.get("wire_bytes", out.get("bytes", 0)), 700, "B")
    plain("poll", "nothing new, requests", (requests(w.port) - before) // 2, 1, "")
    print(f"           (the same on the interface, TCP set-up and tear-down included: {n} B)")


def requests(port):
    try:
        with open(f"{work}/access-{port}.log") as f:
            return sum(1 for _ in f)
    except FileNotFoundError:
        return 0


def index_change(base):
    """2,000 packages of one small lesson; one changes."""
    src = f"{work}/many"
    os.makedirs(src)
    film(f"{work}/tiny.mp4", len(base) + 400, 1, base)

    def course(n, version):
        d = f"{src}/c{n}"
        os.makedirs(d, exist_ok=True)
        if not os.path.exists(f"{d}/f.mp4"):
            os.link(f"{work}/tiny.mp4", f"{d}/f.mp4")
        with open(f"{d}/course.json", "w") as f:
            json.dump({"id": f"org.example.n{n}", "version": version, "title": f"课{n}第{version}版", "lessons": [
                {"id": str(uuid.UUID(int=(0xc << 100) + n, version=4)), "title": "一课", "media": "f.mp4"}]}, f)

    for n in range(2000):
        course(n, 1)
    w = Weike("index", 8780, ["--patches"])
    w.publish(src)
    w.serve()
    w.sync()
    course(777, 2)
    w.publish(src)
    mark = requests(w.port)
    n, _, _ = counted(w.sync)
    with open(f"{work}/access-{w.port}.log") as f:
        lines = f.read().splitlines()[mark:]
    lists = sum(int(l.split('"')[2].split()[1]) for l in lines if "/i/" in l)
    plain("index", "1 of 2,000 changed: index", lists, 2048, "B")
    print(f"           (the whole update of that package: {n} B on the interface)")


def broken_patches(v1, v2, new, base_bytes):
    w = Weike("A-broken", 8775, ["--patches"])
    w.publish(v1)
    w.serve()
    w.sync()
    w.publish(v2)
    d = f"{w.repo}/repo/d"
    for folder, _, names in os.walk(d):
        for name in names: # right size, wrong bytes
            p = f"{folder}/{name}"
            size = os.path.getsize(p)
            with open(p, "wb") as f:
                f.write(os.urandom(size))
    n, s, _ = counted(w.sync)
    ratio = n / base_bytes
    plain("A", "patches broken / no patches", round(ratio, 4), 1.02, "x")


def little(base):
    a1, a2 = f"{work}/a1", f"{work}/a2"
    for version, place in ((1, a1), (2, a2)):
        source_a(place, version, base, films=4, film_size=300_000)
    new = os.path.getsize(f"{a2}/film3.mp4")
    nothing_new(update("A", a1, a2, new, 8770, ["--patches", "--packs"], 1.06, "weike, patches and packs"))
    peers("A", a1, a2, new)


def main():
    base = base_film()
    if slice:
        little(base)
    elif not only or "A" in only or "B" in only or "poll" in only:
        a1, a2 = f"{work}/a1", f"{work}/a2"
        source_a(a1, 1, base)
        source_a(a2, 2, base)
        new = os.path.getsize(f"{a2}/film3.mp4") - len(base) + 30 * 360  # 120 characters of three bytes in each edited text
        w = update("A", a1, a2, new, 8770, [], 1.08, "weike, files alone")
        base_bytes = report["A"]["weike, files alone"]["bytes"]
        nothing_new(w)
        update("A", a1, a2, new, 8771, ["--patches"], 1.06, "weike, with patches")
        update("A", a1, a2, new, 8772, ["--patches", "--packs"], 1.06, "weike, patches and packs")
        broken_patches(a1, a2, new, base_bytes)
        peers("A", a1, a2, new)
    if not slice and (not only or "B" in only):
        b1, b2 = f"{work}/b1", f"{work}/b2"
        source_b(b1, 1, base)
        source_b(b2, 2, base)
        update("B", b1, b2, 5_000_000, 8773, ["--patches"], 1.06, "weike, with patches")
        peers("B", b1, b2, 5_000_000)
    if not slice and (not only or "index" in only):
        index_change(base)
    if slow:
        import wire_slow
        wire_slow.main(sys.modules["__main__"], base)
    with open(f"{os.environ.get('BENCH_OUT', build)}/bench-wire.json", "w") as f:
        json.dump(report, f, indent=1)
    late = [f"{g} {n}" for g, e in report.items() for n, v in e.items() if v.get("ok") is False]
    print(f"{build}/bench-wire.json; missed: {', '.join(late) or 'none'}")
    return 1 if late else 0


if __name__ == "__main__":
    if os.geteuid() != 0:
        sys.exit("wire: needs root for network namespaces")
    code = 1
    try:
        net_up()
        code = main()
    finally:
        net_down()
        shutil.rmtree(work, ignore_errors=True)
    sys.exit(code)
