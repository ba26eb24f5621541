#!/bin/bash
# hub.sh BUILD: what a hub takes in and gives out. Records: statements a second in packets of 200 and 10, with receipts, on a synced
# disk. Content: requests and megabytes a second beside nginx serving the same files in the same run. Loads come from one process
# on the same two cores.
set -u
BUILD=$(cd "$1" && pwd)
cd "$(dirname "$0")/../.." || exit 1
export BUILD WEIKE_LOG=error LC_ALL=C.UTF-8
WORK=$(mktemp -d)
source tests/hub/kit.sh
NGINX_PID=
trap 'hubs_end; [ -z "$NGINX_PID" ] || kill "$NGINX_PID" 2>/dev/null; rm -rf "$WORK"' EXIT
make -s -f tests/hub/hub.mk BUILD="$BUILD" hub-tools >/dev/null || exit 1
load=$BUILD/test/hub_load seconds=${BENCH_SECONDS:-4} packets=${BENCH_PACKETS:-300}
rss() { awk '/VmHWM/ { print int($2 / 1024) }' "/proc/$1/status"; }
figures=$WORK/figures
show() { # NAME JSON
    printf '%-44s %s\n' "$1" "$2"
    printf '%s\t%s\n' "${1#"${1%%[! ]*}"}" "$2" >>"$figures"
}

mkdir -p "$WORK/county/repo/b/00" "$WORK/county/repo/m/00"
small=() large=()
for i in $(seq 100 199); do
    name=$(printf 'm/00/%064d' "$i")
    head -c 4096 /dev/urandom >"$WORK/county/repo/$name"
    small+=("/repo/$name")
done
for i in 1 2 3 4; do
    name=$(printf 'b/00/%064d' "$i")
    head -c 8388608 /dev/urandom >"$WORK/county/repo/$name"
    large+=("/repo/$name")
done
hub_start county --per-ip 0 || exit 1
port=${HUB_PORT[county]}

echo "records (county opens, stores, signs; WAL, synchronous=FULL on $(findmnt -no FSTYPE -T "$WORK" 2>/dev/null))"
show "  8 at a time, 200 statements a packet" "$("$load" put "$port" "$WORK/county" "$packets" 200 8)"
show "  64 at a time, 200 statements a packet" "$("$load" put "$port" "$WORK/county" "$packets" 200 64)"
show "  64 at a time, 10 statements a packet" "$("$load" put "$port" "$WORK/county" $((packets * 4)) 10 64)"
show "  most memory the hub had" "{\"MB\": $(rss "${HUB_PID[county]}")}"

nginx=$(command -v nginx || { [ -x /usr/sbin/nginx ] && echo /usr/sbin/nginx; })
if [ -n "$nginx" ]; then
    ngport=$((20000 + RANDOM % 20000))
    [ "$(id -u)" = 0 ] && user="user root;" || user=
    cat >"$WORK/nginx.conf" <<END
$user daemon on; worker_processes 2; pid $WORK/nginx.pid; error_log $WORK/nginx.err;
events { worker_connections 2000; }
http { access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000000; client_body_temp_path $WORK/b; proxy_temp_path $WORK/p;
    fastcgi_temp_path $WORK/f; uwsgi_temp_path $WORK/u; scgi_temp_path $WORK/s;
    server { listen 127.0.0.1:$ngport; location /repo/ { alias $WORK/county/repo/; default_type application/octet-stream; add_header Cache-Control "public, max-age=31536000, immutable"; } } }
END
    "$nginx" -c "$WORK/nginx.conf" 2>/dev/null && NGINX_PID=$(cat "$WORK/nginx.pid")
fi
for round in 1 $([ -n "${BENCH_SLICE:-}" ] || echo 2); do
    printf 'round %d\tnull\n' "$round" >>"$figures"
    echo "content, round $round (100 files of 4 kB; 4 of 8 MB)"
    for c in 8 128; do
        show "  small files, $c connections: weike-hub" "$("$load" get "$port" "$seconds" $c "${small[@]}")"
        [ -z "$NGINX_PID" ] || show "  small files, $c connections: nginx" "$("$load" get "$ngport" "$seconds" $c "${small[@]}")"
    done
    show "  large files, 8 connections: weike-hub" "$("$load" get "$port" "$seconds" 8 "${large[@]}")"
    [ -z "$NGINX_PID" ] || show "  large files, 8 connections: nginx" "$("$load" get "$ngport" "$seconds" 8 "${large[@]}")"
done
[ -n "$NGINX_PID" ] || echo "nginx is not installed: no comparison"

python3 - "$figures" "${BENCH_OUT:-$BUILD}/bench-hub.json" <<'END'
import json, sys
out, round_ = {}, ""
for line in open(sys.argv[1], encoding="utf-8"):
    name, value = line.rstrip("\n").split("\t")
    if name.startswith("round "):
        round_ = f" ({name})"
    else:
        out[name + round_] = json.loads(value)
json.dump(out, open(sys.argv[2], "w"), indent=1, ensure_ascii=False)
END
