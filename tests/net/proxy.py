#!/usr/bin/python3
"""Something between a kiosk and its server, on the loopback: a line that is cut, slow, or counted.

proxy.py PORT [--cut N] [--reset] [--rate BYTES_PER_SECOND] [--cuts MAX] [--delay SECONDS] [--stats FILE]
Prints its port. With --cut, each connection ends after N bytes have gone down it (at most MAX times); --reset ends it
with RST. --delay holds every byte back so long each way. FILE gets one line whenever a connection ends: bytes handed down to clients, connections, cuts."""
import argparse, os, queue, select, socket, struct, threading, time

p = argparse.ArgumentParser()
p.add_argument("port", type=int)
p.add_argument("--cut", type=int, default=0)
p.add_argument("--cuts", type=int, default=1 << 30)
p.add_argument("--reset", action="store_true")
p.add_argument("--rate", type=int, default=0)
p.add_argument("--delay", type=float, default=0)
p.add_argument("--stats")
o = p.parse_args()
down = connections = cuts = 0
lock = threading.Lock()


def hand_down(client, data):
    global down
    client.sendall(data)
    with lock:
        down += len(data)


def write_stats():
    if o.stats:
        with lock:
            with open(o.stats + ".tmp", "w") as f:
                print(down, connections, cuts, file=f)
            os.rename(o.stats + ".tmp", o.stats)


def serve(client):
    global cuts
    server = socket.create_connection(("127.0.0.1", o.port))
    step = max(256, o.rate // 200) if o.rate else 65536
    left = o.cut if o.cut and cuts < o.cuts else 1 << 62
    try:
        while True:
            ready, _, _ = select.select([client, server], [], [])
            if client in ready:
                data = client.recv(65536)
                if not data:
                    break
                server.sendall(data)
            if server in ready:
                data = server.recv(min(step, left))
                if not data:
                    break
                hand_down(client, data)
                left -= len(data)
                if left <= 0:
                    with lock:
                        cuts += 1
                    if o.reset:
                        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                    break
                if o.rate:
                    time.sleep(len(data) / o.rate)
    except OSError:
        pass
    server.close()
    write_stats()
    client.close()


def late(source, to):
    """Hands on what comes from source, o.delay seconds late."""
    line = queue.Queue()

    def out():
        while True:
            when, data = line.get()
            time.sleep(max(0, when - time.monotonic()))
            try:
                if not data:
                    to.shutdown(socket.SHUT_WR)
                    return
                to.sendall(data)
            except OSError:
                return
    threading.Thread(target=out, daemon=True).start()
    try:
        while True:
            data = source.recv(16384)
            line.put((time.monotonic() + o.delay, data))
            if not data:
                return
    except OSError:
        line.put((time.monotonic(), b""))


def serve_late(client):
    server = socket.create_connection(("127.0.0.1", o.port))
    threading.Thread(target=late, args=(client, server), daemon=True).start()
    late(server, client)


def main():
    global connections
    listen = socket.create_server(("127.0.0.1", 0), backlog=64)
    print(listen.getsockname()[1], flush=True)
    while True:
        client, _ = listen.accept()
        connections += 1
        threading.Thread(target=serve_late if o.delay else serve, args=(client,), daemon=True).start()


main()
