#!/usr/bin/env python3
"""crowd.py BUILD OUT.json [--village DIR] [--realtime]: a meeting of 300, a lesson with 5,000 comments, a member with 2,000
things to review. The slowest frame of each screen and a meeting that nobody touches. Prints budget and figure; exits with 1 if
a budget is missed. Works on a copy of BUILD/village.
"""
import json
import os
import re
import shutil
import sqlite3
import statistics
import subprocess
import sys
import time
import uuid

import kiosk as k
from kiosk import say

PEOPLE, COMMENTS, REVIEWS = (60, 100, 50) if k.SLICE else (300, 5000, 2000)
LESSON = "接到“公检法”电话怎么办"
SECRETARY = ["tap 陈玉梅"] + [f"tap {digit}" for digit in "246810"] + [f"tap {say.DONE}", f"wait {say.OFFICE} 9000", "pause 500"]
MEETING = SECRETARY + [f"tap {say.OFFICE}", "pause 500", f"tap {say.LEARN_TOGETHER}", "pause 500", "tap 防电信诈骗", "pause 500",
                       f"tap {LESSON}", "pause 300", f"tap {say.WHO_IS_HERE}", f"wait {say.NOBODY_HERE} 5000"]


def fill(bench, data):
    roster = f"{bench.tmp}/roster.csv"
    with open(roster, "w") as f:
        f.write("name,id\n" + "".join(f"周{'一二三四五六七八九十'[i % 10]}{'东南西北中春夏秋冬'[i // 10 % 9]},crowd{i:03}\n" for i in range(PEOPLE)))
    subprocess.run([f"{bench.build}/weikectl", "member", "import", roster, "--data", data], check=True, stdout=subprocess.DEVNULL)
    db = sqlite3.connect(f"{data}/weike.db")
    content, = db.execute("SELECT content_id FROM lesson WHERE title LIKE ?", (f"%{LESSON}%",)).fetchone()
    member, = db.execute("SELECT id FROM member WHERE name = '王秀兰'").fetchone()
    now = int(time.time() * 1000)
    today = now // 86400000
    db.executemany("INSERT INTO comment VALUES (NULL, ?, ?, '', ?, ?, '', 0, ?, '', 0)",
                   [(str(uuid.UUID(int=(7 << 76) | i)), content, f"crowd{i % PEOPLE:03}", f"第 {i} 条：学会了，回家就告诉老伴和孩子们，陌生电话先挂断。",
                     now - (COMMENTS - i) * 60000) for i in range(COMMENTS)])
    db.executemany("INSERT INTO review VALUES (?, ?, ?, 'gone', 3.0, 5.0, ?, ?, '', 0, 1, 0)",
                   [(member, content, f"old{i}", today - 9, today - i % 7) for i in range(REVIEWS)])
    db.commit()
    db.close()
    open(f"{data}/weike.db-wal", "a").close()  # Python takes the journal away with it, which would look like a cut


def frames(bench, steps, only):
    """Median over five visits of the slowest frame of each screen named."""
    runs = {}
    for _ in range(1 if k.SLICE else 5):
        worst = {}
        data = shutil.copytree(bench.village, f"{bench.tmp}/visit")  # a meeting of one visit is not the next one's
        for screen, ms in re.findall(r"frame (\w+): ([\d.]+) ms", k.Kiosk(bench, data, steps).ended()):
            worst[screen] = max(worst.get(screen, 0), float(ms))
        shutil.rmtree(data)
        for screen in only:
            runs.setdefault(screen, []).append(worst[screen])
    return {screen: statistics.median(ms) for screen, ms in runs.items()}


def screens(bench):
    wall = list(MEETING)
    for _ in range(1 if k.SLICE else 9):
        wall += [f"tap {say.ROW_IS_HERE}", f"tap {say.NEXT_PAGE}", "pause 200"]
    wall += [f"tap {say.BEGIN_FILM}", f"wait {say.PAUSE} 8000", "pause 1500"]
    for _ in range(1 if k.SLICE else 4):
        wall += [f"tap {say.EARLIER_PAGE}", "pause 300"]
    for _ in range(1 if k.SLICE else 4):
        wall += [f"tap {say.NEXT_PAGE}", f"tap {say.ROW_IS_HERE}", "pause 300"]
    member = ["tap W", "pause 400", "tap 王秀兰", f"wait {say.MY_HOURS} 9000", "pause 700", "tap 防电信诈骗", "pause 600", f"tap {say.TALK_ABOUT % LESSON}", "pause 700",
              f"tap {say.NEXT_PAGE}", "pause 500", f"tap {say.NEXT_PAGE}", "pause 500", f"tap {say.BACK}", "pause 300"]
    found = frames(bench, member, ["home", "course", "comments"])
    found.update(frames(bench, wall, ["room"]))
    words = {"home": f"home of a member with {REVIEWS} things to review", "course": "course", "comments": f"{COMMENTS} comments",
             "room": f"the wall of a meeting of {PEOPLE}, while the film plays"}
    for screen, ms in found.items():
        bench.row(f"crowd_{screen}_ms", f"slowest frame: {words[screen]}", ms, "ms", 16)


def idle(bench):
    kiosk = k.Kiosk(bench, bench.village, MEETING + ["pause 9000" if k.SLICE else "pause 22000"])
    kiosk.sleep_until_shown()
    time.sleep(6 if k.SLICE else 9)
    before = kiosk.processor_s()
    time.sleep(1 if k.SLICE else 10)
    bench.row("crowd_idle_cpu_s", "processor in 10 s of a meeting that nobody touches", kiosk.processor_s() - before, "s", 0.01)
    kiosk.ended()


def main():
    args = sys.argv[1:]
    if len(args) < 2:
        sys.exit(__doc__)
    build = os.path.abspath(args[0])
    village = args[args.index("--village") + 1] if "--village" in args else f"{build}/village"
    bench = k.Bench(build, village, None, "--realtime" in args)
    try:
        fill(bench, bench.village)
        bench.start_display()
        screens(bench)
        idle(bench)
    finally:
        bench.end()
    k.table(bench.rows)
    with open(args[1], "w") as out:
        json.dump({"crowd": {r["key"]: {x: r[x] for x in ("figure", "unit", "budget", "ok")} for r in bench.rows}}, out, indent=1)
    sys.exit(0 if all(r["ok"] for r in bench.rows) else 1)


if __name__ == "__main__":
    main()
