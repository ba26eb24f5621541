#!/bin/bash
# lrs.sh BUILD: weikectl sync against a real LRS, alone and behind nginx: all once, again, a conflict, too large, busy,
# slow, wrong password, nobody there. Skipped (77) where node, npm or its packages cannot be had.
set -u
build=$(cd "$1" && pwd)
here=$(cd "$(dirname "$0")/../.." && pwd)
ctl=$build/weikectl
work=$(mktemp -d)
pids=()
cleanup() { local p; for p in "${pids[@]}"; do kill "$p" 2>/dev/null; done; wait 2>/dev/null; rm -rf "$work"; }
trap cleanup EXIT
export LC_ALL=C.UTF-8
unset WEIKE_DATA
status=0
ok() { echo "ok lrs: $1"; }
bad() { echo "not ok lrs: $1"; cat "$work/out" "$work/err" 2>/dev/null | tail -12 | sed 's/^/    /'; status=1; }
skip() { echo "skip lrs: $*"; exit 77; }
free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
until_answers() { local i; for ((i = 0; i < 100; i++)); do curl -s -o "$work/about" "$1" && return 0; sleep 0.1; done; return 1; }

for c in curl python3 gzip; do command -v "$c" >/dev/null || skip "$c is not installed"; done
"$here/tests/lrs/start.sh" "$build" 0 - >"$work/out" 2>&1 || skip "$(tail -1 "$work/out")"
[ -x "$build/test/uplink" ] || make -s -C "$here" BUILD="$build" "$build/test/uplink" >"$work/out" 2>&1 || { bad "tests/bench/uplink does not build"; exit 1; }

port=$(free_port)
"$here/tests/lrs/start.sh" "$build" "$port" "$work/lrs.log" &
pids+=($!)
lrs=http://127.0.0.1:$port/xAPI
until_answers "$lrs/about" || { cp "$work/lrs.log" "$work/out"; bad "it does not start"; exit 1; }

# --- a terminal with statements as it makes them ---
data=$work/data
"$build/test/uplink" "$here/content/courses/flood" --statements >"$work/statements"
"$ctl" member add --data "$data" --id yx001 --name 测试 >"$work/out" 2>&1 || "$ctl" status --data "$data" >"$work/out" 2>&1
[ -f "$data/weike.db" ] || { bad "no data directory"; exit 1; }
put() { # FIRST COUNT: those lines of the statements, each with an id of its own
    python3 - "$data/weike.db" "$work/statements" "$1" "$2" <<'END'
import hashlib, json, sqlite3, sys
db, first, count = sqlite3.connect(sys.argv[1]), int(sys.argv[3]), int(sys.argv[4])
for line in open(sys.argv[2], encoding="utf-8").read().split("\n")[first:first + count]:
    b = line.encode()
    db.execute("INSERT INTO statement (id, state, sha256, created_ms, body) VALUES (?, 0, ?, 1795000000000, ?)",
               (json.loads(line)["id"], hashlib.sha256(b).digest(), line))
db.commit()
END
}
sql() { python3 -c 'import sqlite3, sys; d = sqlite3.connect(sys.argv[1]); print(*[r[0] for r in d.execute(sys.argv[2])]); d.commit()' "$data/weike.db" "$1"; }
waiting() { sql "SELECT count(*) FROM statement WHERE state = 0"; }
quarantined() { sql "SELECT count(*) FROM statement WHERE state = 2"; }
held() { # how many different statements the LRS has
    python3 - "$lrs" <<'END'
import json, sys, urllib.request
url, ids = sys.argv[1] + "/statements?limit=100", set()
while url:
    r = urllib.request.Request(url, headers={"X-Experience-API-Version": "1.0.3", "Authorization": "Basic YTpi"})
    d = json.load(urllib.request.urlopen(r))
    ids |= {s["id"] for s in d["statements"]}
    url = d.get("more") and sys.argv[1].rsplit("/xAPI", 1)[0] + d["more"]
print(len(ids))
END
}
conf() { printf 'xapi_endpoint = "%s"\nxapi_user = "weike"\nxapi_password = "%s"\n' "$1" "${2:-geheim}" >"$data/weike.conf"; chmod 600 "$data/weike.conf"; }
sync() { timeout 120 "$ctl" sync --once --json --data "$data" >"$work/out" 2>"$work/err"; }
field() { python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))[sys.argv[2]])' "$work/out" "$1" 2>/dev/null; }
expect() { # NAME WAITING QUARANTINED HELD END
    local got
    got="$(waiting) $(quarantined) $(held) $(field end)"
    if [ "$got" = "$2 $3 $4 $5" ]; then ok "$1"; else echo "    waiting, quarantined, held, end: got $got, want $2 $3 $4 $5"; bad "$1"; fi
}

conf "$lrs"
put 0 150
sync
expect "150 statements" 0 0 150 "done"
sql "UPDATE statement SET state = 0, delivered_ms = 0" >/dev/null
sync
expect "sent again, there once" 0 0 150 "done"

put 150 100
python3 - "$lrs" "$work/statements" <<'END'
import json, sys, urllib.request
one = json.loads(open(sys.argv[2], encoding="utf-8").read().split("\n")[187])
one["result"]["response"], one["result"]["success"] = "somebody else's", False
r = urllib.request.Request(sys.argv[1] + "/statements", json.dumps([one]).encode(), method="POST",
                           headers={"X-Experience-API-Version": "1.0.3", "Authorization": "Basic YTpi", "Content-Type": "application/json"})
assert urllib.request.urlopen(r).status == 200
END
sync
expect "one conflicting statement among a hundred" 0 1 250 "done"
[ "$(sql "SELECT reason FROM statement WHERE state = 2")" = "the LRS holds another statement under this id" ] && ok "its reason" || bad "its reason"

# --- behind nginx ---
if command -v nginx >/dev/null; then
    front=$(free_port)
    mkdir -p "$work/nginx"
    printf 'weike:%s\n' "$(openssl passwd -apr1 geheim)" >"$work/nginx/users"
    cat >"$work/nginx/nginx.conf" <<END
daemon off; master_process off; pid $work/nginx/pid; error_log $work/nginx/error.log;
events {}
http {
    access_log off; client_body_temp_path $work/nginx/body; proxy_temp_path $work/nginx/proxy; fastcgi_temp_path $work/nginx/f;
    uwsgi_temp_path $work/nginx/u; scgi_temp_path $work/nginx/s;
    server {
        listen 127.0.0.1:$front;
        location /small/ { client_max_body_size 5k; proxy_pass http://127.0.0.1:$port/; }
        location /busy/ { add_header Retry-After 77 always; return 503; }
        location /slow/ { limit_rate 1500; proxy_pass http://127.0.0.1:$port/; }
        location /locked/ { auth_basic lrs; auth_basic_user_file $work/nginx/users; proxy_pass http://127.0.0.1:$port/; }
        location /portal/ { default_type text/html; return 200 "<html>Please log in</html>"; }
    }
}
END
    nginx -p "$work/nginx" -c "$work/nginx/nginx.conf" >"$work/nginx/out" 2>&1 &
    pids+=($!)
    until_answers "http://127.0.0.1:$front/busy/" || { cp "$work/nginx/out" "$work/out"; bad "nginx does not start"; }
    put 250 20
    conf "http://127.0.0.1:$front/busy/xAPI"
    sync
    expect "503: it waits" 20 1 250 busy
    [ "$(field next_try_s)" -ge 77 ] && ok "Retry-After is honoured" || bad "Retry-After is honoured"
    conf "http://127.0.0.1:$front/portal/xAPI"
    sync
    expect "a captive portal is believed nothing" 20 1 250 denied
    conf "http://127.0.0.1:$front/locked/xAPI" wrong
    sync
    expect "a wrong password" 20 1 250 denied
    conf "http://127.0.0.1:$front/nothing/xAPI"
    sync
    expect "no LRS there" 20 1 250 denied
    conf "http://127.0.0.1:$front/small/xAPI"
    sync
    expect "413 behind client_max_body_size" 0 1 270 "done"
    put 270 20
    conf "http://127.0.0.1:$front/locked/xAPI"
    sync
    expect "the right password" 0 1 290 "done"
    put 290 60
    conf "http://127.0.0.1:$front/slow/xAPI"
    sync
    expect "a slow line" 0 1 350 "done"
else
    echo "skip lrs: nginx is not installed: 413, 503, slow and passwords are shown by tests/unit/sync/test_lrs.c alone"
fi

conf "http://127.0.0.1:$(free_port)/xAPI"
put 350 10
sync
expect "nobody there" 10 1 "$(held)" no-link
exit $status
