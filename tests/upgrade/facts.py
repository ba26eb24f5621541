"""facts.py NAME DATABASE: the rows that people own, a line each, by the columns that the version of the fixtures had."""
import hashlib
import sqlite3
import sys

# What a start writes anew, what a later version may keep elsewhere, and columns it has added (package.kind: tests/unit/store/test_db.c).
LEFT_OUT = {
    "setting": None, "counter": None, "sqlite_sequence": None, "machine_log": None, "event": None, "audit": None,
    "package": {"priority", "kind", "installed_ms", "seq"}, "manifest": {"package_seq"}, "package_file": {"package_seq"}, "lesson": {"package_seq"},
    "voice_prompt": {"package_seq"}, "viewing": {"saved_ms", "saved_boot_ms"}, "pin": {"lock_boot_id"},
}


def text(value):
    if isinstance(value, bytes) or (isinstance(value, str) and len(value) > 60):
        data = value if isinstance(value, bytes) else value.encode()
        return f"{len(data)}:{hashlib.sha256(data).hexdigest()[:12]}"
    return str(value).replace("\n", "\\n")


def main():
    name, path = sys.argv[1:]
    db = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    have = {row[0]: [c[1] for c in db.execute(f"PRAGMA table_info({row[0]})")] for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    lines = []
    for table, columns in have.items():
        out = LEFT_OUT.get(table, set())
        if out is None:
            continue
        kept = [c for c in columns if c not in out]
        where = ""
        if table == "room_event":  # a meeting that was forgotten is closed at whatever time that is seen
            where = " WHERE NOT (kind = 18 AND member_id = '')"
        for row in db.execute(f"SELECT {', '.join(kept)} FROM {table}{where}"):
            lines.append(" ".join([name, table] + [f"{c}={text(v)}" for c, v in zip(kept, row)]))
    print("\n".join(sorted(lines)))


main()
