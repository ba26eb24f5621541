#!/usr/bin/python3
"""linksim.py LISTEN_PORT SERVER:PORT [--rate BITS] [--delay MS] [--cut BYTES] [--cuts N]

A bad link between a client and a server: so many bits a second down, so many milliseconds each way, and the connection
reset after each BYTES passed down, at most N times. Prints "ready", and at the end (SIGTERM) one line of JSON: connections,
bytes up and down as the client received them. Python's own libraries only; no netem in many kernels."""
import argparse
import asyncio
import json
import signal
import time

args = argparse.ArgumentParser()
args.add_argument("listen", type=int)
args.add_argument("server")
args.add_argument("--rate", type=int, default=0)
args.add_argument("--delay", type=int, default=0)
args.add_argument("--cut", type=int, default=0)
args.add_argument("--cuts", type=int, default=1 << 30)
args.add_argument("--address", default="127.0.0.1")
opt = args.parse_args()
seen = {"connections": 0, "cuts": 0, "up": 0, "down": 0, "heads": 0}
line_free = 0.0  # when the shared line is idle again


async def pump(reader, writer, way, cut_left, reset):
    """Reads at once, delivers after delay and at the line's rate; None at the end."""
    global line_free
    queue = asyncio.Queue(maxsize=64)

    async def take():
        while data := await reader.read(1400):
            await queue.put((time.monotonic() + opt.delay / 1000, data))
        await queue.put((0, b""))

    task = asyncio.create_task(take())
    try:
        while True:
            due, data = await queue.get()
            if not data:
                break
            if opt.rate and way == "down":
                line_free = max(line_free, due) + len(data) * 8 / opt.rate
                due = line_free
            await asyncio.sleep(max(0, due - time.monotonic()))
            if way == "down" and opt.cut and seen["cuts"] < opt.cuts:
                data = data[: cut_left[0]]
                cut_left[0] -= len(data)
            writer.write(data)
            await writer.drain()
            seen[way] += len(data)
            if way == "down" and opt.cut and cut_left[0] <= 0 and seen["cuts"] < opt.cuts:
                seen["cuts"] += 1
                reset()
                break
    except (ConnectionError, asyncio.CancelledError):
        pass
    finally:
        task.cancel()
        try:
            writer.close()
        except ConnectionError:
            pass


async def serve(reader, writer):
    seen["connections"] += 1
    host, port = opt.server.rsplit(":", 1)
    try:
        up_reader, up_writer = await asyncio.open_connection(host, int(port))
    except OSError:
        writer.close()
        return

    def reset():
        writer.transport.close()
        up_writer.transport.abort()

    left = [opt.cut]
    await asyncio.gather(pump(reader, up_writer, "up", left, reset), pump(up_reader, writer, "down", left, reset))


async def main():
    stop = asyncio.Event()
    for s in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(s, stop.set)
    server = await asyncio.start_server(serve, opt.address, opt.listen, limit=4096)
    print("ready", server.sockets[0].getsockname()[1], flush=True)
    await stop.wait()
    print(json.dumps(seen), flush=True)


asyncio.run(main())
