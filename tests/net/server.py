#!/usr/bin/python3
"""A small HTTP server that can misbehave: for tests on the loopback only.

server.py FOLDER [--tls CERT KEY]     prints its port, serves FOLDER until stdin closes
  POST /!rules   JSON list of rules; the first whose "match" (regular expression) fits the path and whose "times" is not
                 used up, and whose file has at least "over" bytes, applies
  GET /!log      JSON list of the requests since the last POST: path, range, status, body bytes sent
Rules: {"match", "do", "n", "times", "file", "text", "type"}; "do" is one of those in class Answer."""
import gzip, hashlib, json, os, re, socket, ssl, struct, sys, threading, time, zlib

ROOT = os.path.realpath(sys.argv[1])
rules, log, lock = [], [], threading.Lock()


def size_of(path):
    name = os.path.join(ROOT, path.lstrip("/"))
    return os.path.getsize(name) if os.path.isfile(name) else 0


def rule_for(path):
    with lock:
        for r in rules:
            if re.search(r["match"], path) and r.get("times", 1 << 30) > 0 and size_of(path) >= r.get("over", 0):
                if "times" in r:
                    r["times"] -= 1
                return dict(r)
    return {"do": "serve"}


class Cut(Exception):
    pass


class Answer:
    def __init__(self, sock, method, path, headers):
        self.sock, self.method, self.path, self.headers = sock, method, path, headers
        self.keep, self.sent = True, 0
        self.rule = rule_for(path)
        self.entry = {"path": path, "range": headers.get("range", ""), "status": 0, "sent": 0, "head": len(headers)}
        with lock:
            log.append(self.entry)

    # --- pieces ---
    def head(self, status, fields):
        self.entry["status"] = status
        text = "HTTP/1.1 %d X\r\n" % status + "".join("%s: %s\r\n" % f for f in fields) + "\r\n"
        self.sock.sendall(text.encode())

    def body(self, data):
        if self.method != "HEAD":
            for at in range(0, len(data), 16384):
                piece = data[at:at + 16384]
                self.sock.sendall(piece)
                self.entry["sent"] += len(piece)

    def plain(self, status, data, fields=()):
        self.head(status, [("Content-Length", len(data))] + list(fields))
        self.body(data)

    def read(self, path=None):
        name = os.path.realpath(os.path.join(ROOT, (path or self.path).lstrip("/")))
        if not name.startswith(ROOT) or not os.path.isfile(name):
            return None
        with open(name, "rb") as f:
            return f.read()

    def span(self, data):
        """First byte, end, and whether a range was asked for and can be served."""
        m = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("range", ""))
        if not m or int(m.group(1)) >= len(data):
            return 0, len(data), False
        end = min(int(m.group(2)) + 1, len(data)) if m.group(2) else len(data)
        return int(m.group(1)), end, True

    def whole_or_range(self, data, send):
        etag = '"%s"' % hashlib.sha1(data).hexdigest()[:16]
        if self.headers.get("if-none-match") == etag:
            return self.head(304, [("ETag", etag)])
        first, end, ranged = self.span(data)
        if "range" in self.headers and not ranged:
            return self.plain(416, b"", [("Content-Range", "bytes */%d" % len(data))])
        fields = [("ETag", etag), ("Content-Type", "application/octet-stream"), ("Content-Length", end - first)]
        if ranged:
            fields.append(("Content-Range", "bytes %d-%d/%d" % (first, end - 1, len(data))))
        self.head(206 if ranged else 200, fields)
        send(data[first:end])

    def hang_up(self, reset):
        if reset:
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        raise Cut()

    # --- what a rule can do ---
    def serve(self):
        data = self.read()
        if data is None:
            return self.plain(404, b"not here")
        self.whole_or_range(data, self.body)

    def status(self):
        fields = [("Content-Type", self.rule.get("type", "text/html"))]
        if self.rule.get("after"):
            fields.append(("Retry-After", self.rule["after"]))
        if self.rule.get("location"):
            fields.append(("Location", self.rule["location"]))
        self.plain(self.rule["n"], self.rule.get("text", "<html>sorry</html>").encode(), fields)

    def portal(self):
        self.plain(200, b"<html><h1>Welcome! Please log in</h1></html>", [("Content-Type", "text/html")])

    def portal_padded(self):
        """A page of exactly the length that was hoped for, as the very type."""
        size = len(self.read() or b"")
        page = (b"<html>log in</html>" * (size // 19 + 1))[:size]
        first, end, ranged = self.span(page)
        fields = [("Content-Type", "application/octet-stream")]
        if ranged:
            fields.append(("Content-Range", "bytes %d-%d/%d" % (first, end - 1, size)))
        self.plain(206 if ranged else 200, page[first:end], fields)

    def cut(self, reset=False):
        """Each answer ends after n bytes."""
        data, n = self.read() or b"", self.rule["n"]

        def send(body):
            self.body(body[:n])
            if len(body) > n:
                self.hang_up(reset)
        self.whole_or_range(data, send)

    def reset(self):
        self.cut(True)

    def stall(self):
        """n bytes, then nothing more, but the line stays open."""
        def send(body):
            self.body(body[:self.rule["n"]])
            time.sleep(self.rule.get("seconds", 60))
            self.hang_up(False)
        self.whole_or_range(self.read() or b"", send)

    def silent(self):
        time.sleep(self.rule.get("seconds", 60))
        self.hang_up(False)

    def loris(self):
        """One byte five times a second."""
        def send(body):
            for i in range(min(len(body), 5 * self.rule.get("seconds", 60))):
                self.body(body[i:i + 1])
                time.sleep(0.2)
            self.hang_up(False)
        self.whole_or_range(self.read() or b"", send)

    def slow(self):
        """n bytes a second, in small steps."""
        def send(body):
            step = max(1, self.rule["n"] // 200)
            for at in range(0, len(body), step):
                self.body(body[at:at + step])
                time.sleep(0.005)
        self.whole_or_range(self.read() or b"", send)

    def endless(self):
        """Never ends: claims no length, or a false one."""
        self.head(200, [("Content-Length", self.rule["n"])] if self.rule.get("n") else [("Connection", "close")])
        for _ in range(4096):
            self.body(b"x" * 65536)
        self.hang_up(False)

    def endless_head(self):
        self.sock.sendall(b"HTTP/1.1 200 OK\r\n")
        for i in range(100000):
            self.sock.sendall(b"X-%d: %s\r\n" % (i, b"y" * 200))
        self.hang_up(False)

    def norange(self):
        """A proxy that strips Range (and answers 200 with all of it)."""
        self.headers.pop("range", None)
        self.serve()

    def squeeze(self):
        """A proxy that gzips what nobody asked for, strips Range and makes up an ETag."""
        data = gzip.compress(self.read() or b"", 1)
        self.plain(200, data, [("Content-Encoding", "gzip"), ("ETag", 'W/"x"')])

    def shifted(self):
        """206 that starts somewhere else than asked for, and says so."""
        data = self.read() or b""
        first, end, ranged = self.span(data)
        if not ranged:
            return self.serve()
        first = max(0, first - self.rule.get("n", 10))
        self.head(206, [("Content-Length", end - first), ("Content-Range", "bytes %d-%d/%d" % (first, end - 1, len(data)))])
        self.body(data[first:end])

    def lying(self):
        """206 that says the right range and sends bytes from another place."""
        data = self.read() or b""
        first, end, ranged = self.span(data)
        if not ranged:
            return self.serve()
        self.head(206, [("Content-Length", end - first), ("Content-Range", "bytes %d-%d/%d" % (first, end - 1, len(data)))])
        self.body((data[first // 2:] + data)[:end - first])

    def no_total(self):
        data = self.read() or b""
        first, end, ranged = self.span(data)
        if not ranged:
            return self.serve()
        self.head(206, [("Content-Length", end - first), ("Content-Range", "bytes %d-%d/*" % (first, end - 1))])
        self.body(data[first:end])

    def unsatisfied(self):
        """416 to every range."""
        if "range" not in self.headers:
            return self.serve()
        self.plain(416, b"<html>416</html>", [("Content-Range", "bytes */1"), ("Content-Type", "text/html")])

    def other(self):
        """Another file of the same length lies under this name; a wrong If-Range is ignored (as s3rver does)."""
        data = self.read() or b""
        wrong = bytes(b ^ 0x55 for b in data) if len(data) < 1 << 16 else bytes(data[i] ^ 0x55 for i in range(1 << 16)) + data[1 << 16:][::-1]
        self.headers.pop("if-range", None)
        n = self.rule.get("n")

        def send(body):
            self.body(body[:n] if n else body)
            if n and len(body) > n:
                self.hang_up(False)
        self.whole_or_range(wrong, send)

    def file(self):
        """Serves another file under this name."""
        self.plain(200, self.read(self.rule["file"]) or b"")

    def longer(self):
        data = (self.read() or b"") + b"and more"
        self.whole_or_range(data, self.body)

    def put(self):
        pass


def control(sock, method, path, body):
    global rules
    if path == "/!rules":
        with lock:
            rules = json.loads(body)
            log.clear()
        text = b"{}"
    else:
        with lock:
            text = json.dumps(log).encode()
    sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(text) + text)


def request(f):
    line = f.readline(65536).decode("latin1").split()
    if len(line) < 2:
        raise Cut()
    headers = {}
    while True:
        text = f.readline(65536).decode("latin1").strip()
        if not text:
            break
        name, _, value = text.partition(":")
        headers[name.lower()] = value.strip()
    return line[0], line[1], headers, f.read(int(headers.get("content-length", 0)))


def connection(sock):
    f = sock.makefile("rb")
    try:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        while True:
            method, path, headers, body = request(f)
            if path.startswith("/!"):
                control(sock, method, path, body)
                continue
            a = Answer(sock, method, path, headers)
            getattr(a, a.rule["do"])()
    except (Cut, OSError, ssl.SSLError):
        pass
    f.close() # or the socket stays open below it
    sock.close()


def main():
    server = socket.create_server(("127.0.0.1", 0), backlog=64)
    context = None
    if "--tls" in sys.argv:
        at = sys.argv.index("--tls")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(sys.argv[at + 1], sys.argv[at + 2])
    print(server.getsockname()[1], flush=True)
    threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0)), daemon=True).start()

    def serve(sock):
        try:
            connection(context.wrap_socket(sock, server_side=True) if context else sock)
        except (OSError, ssl.SSLError):
            sock.close()
    while True:
        sock, _ = server.accept()
        threading.Thread(target=serve, args=(sock,), daemon=True).start()


main()
