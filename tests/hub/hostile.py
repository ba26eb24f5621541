"""hostile.py PORT PID: clients that mean no good, and one that only wants to read. Exits 0 if that one was always served."""
import os, resource, socket, sys, time

port, pid = int(sys.argv[1]), int(sys.argv[2])
soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
status = 0


def rss_kb():
    with open(f"/proc/{pid}/status") as f:
        return next(int(line.split()[1]) for line in f if line.startswith("VmRSS"))


def open_from(address, patience=10):
    s = socket.socket()
    s.bind((address, 0))
    s.settimeout(patience)
    s.connect(("127.0.0.1", port))
    return s


def ask(data, address="127.0.0.9", patience=10):
    s = open_from(address, patience)
    try:
        s.sendall(data)
        got = b""
        while len(got) < 400:
            more = s.recv(4096)
            if not more:
                break
            got += more
        return got
    except (ConnectionResetError, BrokenPipeError, socket.timeout):
        return b""
    finally:
        s.close()


def others_are_served(when, patience=10):
    global status
    began = time.monotonic()
    try:
        good = ask(b"GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", "127.0.0.77", patience).startswith(b"HTTP/1.1 200")
    except OSError:
        good = False
    print("served" if good else "NOT SERVED", f"in {(time.monotonic() - began) * 1000:.0f} ms while", when)
    if not good:
        status = 1


others_are_served("nothing happens")
before = rss_kb()
refused = {
    "a head of 1 MB": b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 1000000 + b"\r\n\r\n",
    "20,000 header lines": b"GET / HTTP/1.1\r\nHost: x\r\n" + b"A: b\r\n" * 20000 + b"\r\n",
    "a path of 100 kB": b"GET /" + b"a" * 100000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
    "a length of 2^63": b"PUT /v1/rec/" + b"a" * 64 + b" HTTP/1.1\r\nHost: x\r\nContent-Length: 9223372036854775807\r\n\r\n",
    "a negative length": b"PUT /v1/rec/" + b"a" * 64 + b" HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
    "two lengths": b"PUT /v1/rec/" + b"a" * 64 + b" HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcdefghi",
    "an endless chunked body": b"PUT /v1/rec/" + b"a" * 64 + b" HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n" + b"fff\r\n" + b"x" * 4095 + b"\r\n",
    "a body with GET": b"GET /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n" + b"x" * 100000,
    "no HTTP at all": os.urandom(5000),
    "NUL bytes": b"GET /\0\0 HTTP/1.1\r\nHo\0st: x\r\n\r\n",
}
for name, data in refused.items():
    got = ask(data)
    if got.startswith(b"HTTP/1.1 2"):
        print("TAKEN:", name, got[:60])
        status = 1
others_are_served("nonsense is sent")

slow = [open_from("127.0.0.1") for _ in range(250)]
for i, s in enumerate(slow):
    s.sendall(b"PUT /v1/rec/" + b"a" * 64 + b" HTTP/1.1\r\nHost: x\r\nContent-Length: 262144\r\n\r\nx" if i % 2 else b"GET / HTTP/1.1\r\nHos")
others_are_served("250 send a byte now and then")
bodies = rss_kb() - before

crowd, turned_away = [], 0
for i in range(min(10000, hard - 400)):
    try:
        s = socket.socket()
        s.bind((f"127.0.1.{i % 4 + 1}", 0))
        s.settimeout(0.5)
        s.connect(("127.0.0.1", port))
        crowd.append(s)
    except OSError:
        s.close()
        turned_away += 1
        if turned_away > 200:
            break
    if i % 2500 == 0:
        for s in slow[:20]:
            try:
                s.sendall(b"x")
            except OSError:
                pass
held = rss_kb() - before
print(f"{len(crowd)} silent sockets, {turned_away} turned away; {bodies} kB more for slow bodies, {held} kB for all of them")
others_are_served("a crowd of silent sockets from four addresses is there", 40)
for s in crowd:
    s.close()
others_are_served("a crowd has just left")
for s in slow:
    s.close()
others_are_served("all is quiet again")
if held > 60000:
    print("TOO MUCH MEMORY")
    status = 1
sys.exit(status)
