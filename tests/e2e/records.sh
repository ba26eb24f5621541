#!/bin/bash
# records.sh BUILD: records of a terminal to real hubs: all once, killed at any moment, answers lost, through a township, asked
# for again by a county that lost a day, from a copied card, with a damaged row.
set -u
BUILD=$(cd "$1" && pwd)
here=$(cd "$(dirname "$0")/../.." && pwd)
ctl=$BUILD/weikectl
WORK=$(mktemp -d)
pids=()
source "$here/tests/hub/kit.sh"
trap 'hubs_end; [ ${#pids[@]} -eq 0 ] || kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$WORK"' EXIT
cd "$WORK" || exit 1
export LC_ALL=C.UTF-8 WEIKE_LOG=error WEIKE_HARDWARE=board-1
unset WEIKE_DATA
status=0
ok() { echo "ok records: $1"; }
bad() { echo "not ok records: $1"; sed 's/^/    /' out err 2>/dev/null | tail -12; status=1; }
check() { if [ "$2" = "$3" ]; then ok "$1"; else echo "    got $2, want $3"; bad "$1"; fi; } # NAME GOT WANT
[ -x "$BUILD/weike-hub" ] || { echo "not ok records: weike-hub is not built"; exit 1; }
[ -x "$BUILD/test/uplink" ] || make -s -C "$here" BUILD="$BUILD" "$BUILD/test/uplink" >out 2>&1 || { bad "tests/bench/uplink does not build"; exit 1; }
"$BUILD/test/uplink" "$here/content/courses/flood" --statements >statements

put() { # DIR FIRST COUNT: those statements, as the terminal makes them
    python3 - "$1/weike.db" statements "$2" "$3" <<'END'
import hashlib, json, sqlite3, sys
db, first, count = sqlite3.connect(sys.argv[1]), int(sys.argv[3]), int(sys.argv[4])
for line in open(sys.argv[2], encoding="utf-8").read().split("\n")[first:first + count]:
    b = line.encode()
    db.execute("INSERT INTO statement (id, state, sha256, created_ms, body) VALUES (?, 0, ?, 1795000000000, ?)",
               (json.loads(line)["id"], hashlib.sha256(b).digest(), line))
db.commit()
END
}
sql() { python3 -c 'import sqlite3, sys; d = sqlite3.connect(sys.argv[1]); print(*[r[0] for r in d.execute(sys.argv[2])]); d.commit()' "$1/weike.db" "$2"; }
in_state() { sql "$1" "SELECT count(*) FROM statement WHERE state = $2"; }
sync() { timeout -k 5 60 "$ctl" sync --once --json --data "$1" >out 2>err; }
site() { # NAME HUB: a terminal that is enrolled there
    mkdir -p "$1"
    printf 'server = "%s"\n' "${HUB_URL[$2]}" >"$1/weike.conf"
    "$ctl" enrol "$("$BUILD/weike-hub" enrol "$1" --data "$2" 2>err)" --data "$1" >out 2>err || bad "$1 is enrolled"
}

hub_start county >out 2>err || { bad "a hub starts"; exit 1; }
site a county
put a 0 120
sync a
check "all there" "$(hub_field county statements) $(in_state a 0) $(in_state a 1)" "120 0 120"
[ -z "$(ls a/device/sent)" ] && ok "nothing is kept under way" || bad "nothing is kept under way"
sync a
check "again: nothing more" "$(hub_field county packets)" 1

# --- killed at any moment ---
at=120
for tenth in 00 01 02 03 04 05 06 08 10 12 15 20; do
    put a $at 10
    at=$((at + 10))
    timeout -s KILL "0.$tenth" "$ctl" sync --once --data a >out 2>err
done 2>killed
sync a
check "killed a dozen times, everything once" "$(hub_field county statements) $(in_state a 0) $(hub_field county conflicts)" "$at 0 0"

# --- its answers are lost on the way ---
cat >lossy.py <<'END'
import socket, sys, threading
# Hands requests on; of the answers to PUT only every third comes back.
up, n = int(sys.argv[1]), [0]
s = socket.create_server(("127.0.0.1", 0))
print(s.getsockname()[1], flush=True)
def serve(c):
    data = c.recv(65536)
    put = data.startswith(b"PUT")
    while put and b"\r\n\r\n" not in data: data += c.recv(65536)
    if put:
        head, body = data.split(b"\r\n\r\n", 1)
        want = int([l for l in head.split(b"\r\n") if l.lower().startswith(b"content-length")][0].split(b":")[1])
        while len(body) < want: body += c.recv(65536)
        data = head + b"\r\nConnection: close\r\n\r\n" + body
    else: data = data.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n", 1)
    u = socket.create_connection(("127.0.0.1", up)); u.sendall(data)
    answer = b""
    while True:
        more = u.recv(65536)
        if not more: break
        answer += more
    n[0] += put
    if not put or n[0] % 3 == 0: c.sendall(answer)
    c.close(); u.close()
while True:
    c, _ = s.accept()
    threading.Thread(target=serve, args=(c,), daemon=True).start()
END
python3 lossy.py "${HUB_PORT[county]}" >lossy.port & pids+=($!)
until [ -s lossy.port ]; do sleep 0.05; done
printf 'server = "http://127.0.0.1:%s"\n' "$(cat lossy.port)" >a/weike.conf
for _ in 1 2 3 4 5 6; do
    put a $at 5
    at=$((at + 5))
    sync a
done
printf 'server = "%s"\n' "${HUB_URL[county]}" >a/weike.conf
sync a
check "two answers of three lost, everything once" "$(hub_field county statements) $(in_state a 0) $(hub_field county conflicts)" "$at 0 0"

# --- a damaged row ---
put a $at 10
at=$((at + 10))
sql a "UPDATE statement SET body = replace(body, 'answered', 'Answered') WHERE seq = (SELECT max(seq) - 4 FROM statement)" >/dev/null
sync a
check "a damaged row stays behind" "$(hub_field county statements) $(in_state a 0) $(in_state a 2)" "$((at - 1)) 0 1"

# --- a copied card: the same folder in another machine; and the first one goes on ---
cp -r a b
put a $at 5
put b $((at + 5)) 5
sync a
WEIKE_HARDWARE=board-2 sync b
at=$((at + 10))
check "a copied card: both are kept" "$(hub_field county statements) $(in_state a 0) $(in_state b 0)" "$((at - 1)) 0 0"
[ "$(cat a/device/weike.pub)" != "$(cat b/device/weike.pub)" ] && ok "each has its own key" || bad "each has its own key"

# --- the county loses a day ---
hub_stop county
cp -r county yesterday
hub_start county >out 2>err
put a $at 30
at=$((at + 30))
sync a
check "before" "$(hub_field county statements)" "$((at - 1))"
hub_stop county
rm -rf county && mv yesterday county
hub_start county >out 2>err
put a $at 1
at=$((at + 1))
sync a # its answer asks
sync a
check "what the county lost is sent again" "$(hub_field county statements) $(in_state a 0)" "$((at - 1)) 0"

# --- through a township ---
hub_joins town county && hub_start town --upstream "${HUB_URL[county]}" --now >out 2>err || bad "a township joins"
site c town
put c $at 40
sync c
at=$((at + 40))
for _ in $(seq 60); do [ "$(hub_field county statements)" = "$((at - 1))" ] && break; sleep 0.5; done
check "a township carries them up" "$(hub_field county statements)" "$((at - 1))"
for _ in $(seq 20); do
    sync c
    [ "$(in_state c 0)" = 0 ] && break
    sleep 0.5
done
check "and the county's receipt down" "$(in_state c 0) $(in_state c 1)" "0 40"
exit $status
