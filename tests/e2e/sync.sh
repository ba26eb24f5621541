#!/bin/bash
# runs: early
# sync.sh BUILD: a terminal and its link, with real programs: lessons from nginx, records to weike-hub, every way a try can end.
set -u
build=$(cd "$1" && pwd)
ctl=$build/weikectl hub=$build/weike-hub
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
pids=()
trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT
cd "$work" || exit 1
export LC_ALL=C.UTF-8 TZ=Asia/Shanghai SOURCE_DATE_EPOCH=1795000000 WEIKE_HARDWARE=e2e
unset WEIKE_DATA
status=0 out='' err='' rc=0

run() { out=$(timeout -k 5 60 "$ctl" "$@" 2>err.txt) && rc=0 || rc=$?; err=$(cat err.txt); }
ok() { echo "ok sync: $1"; }
bad() { echo "not ok sync: $1"; echo "    rc $rc"; printf '%s\n' "$out" "$err" | sed 's/^/    /'; status=1; }
check() { if [ "$2" = "$3" ]; then ok "$1"; else out=$2 err=$3 bad "$1"; fi; } # NAME GOT WANT
# NAME RC PATTERN COMMAND…
expect() {
    local name=$1 want=$2 pattern=$3 text
    shift 3
    run "$@"
    text=$err
    [ "$want" = 0 ] && text=$out
    if [ "$rc" != "$want" ] || ! grep -qE -- "$pattern" <<<"$text"; then bad "$name"
    elif [ "$want" = 1 ] && { [ "$(wc -l <err.txt)" != 1 ] || ! grep -q '^weikectl: ' err.txt; }; then bad "$name: one sentence"
    else ok "$name"; fi
}
# NAME KEY=VALUE… of the JSON just printed; KEY<VALUE and KEY>VALUE compare numbers
facts() {
    local name=$1 said
    shift
    if said=$(python3 -c '
import json, re, sys
d = json.loads(sys.stdin.read())
for a in sys.argv[1:]:
    k, op, v = re.match(r"(\w+)([=<>])(.*)", a).groups()
    g = json.dumps(d[k]).strip("\"")
    if not (g == v if op == "=" else int(g) < int(v) if op == "<" else int(g) > int(v)):
        sys.exit("%s is %s, not %s%s" % (k, g, op, v))' "$@" <<<"$out" 2>&1); then ok "$name"; else err="$said $err" bad "$name"; fi
}
free_port() { python3 -c 'import socket; s=socket.socket(); s.bind(("127.0.0.1",0)); print(s.getsockname()[1])'; }
until_up() { timeout 20 bash -c "until curl -s -o /dev/null '$1'; do :; done"; }
config() { local d=$1; shift; mkdir -p "$d"; printf '%s\n' "$@" >"$d/weike.conf"; }

# --- content: two lessons of about 2 MB each ---
mkdir -p src/noise
for n in 1 2; do
    ffmpeg -nostdin -v error -y -f lavfi -i "nullsrc=d=2:s=320x240:r=10,geq=random(1)*255:128:128" -f lavfi -i "sine=d=2" -shortest \
        -c:v libx264 -preset ultrafast -b:v 8M -minrate 8M -c:a aac src/noise/$n.mp4
done
course() {
    cat >src/noise/course.json <<END
{"id": "org.example.noise", "version": $1, "title": {"zh-CN": "课", "en": "$2"}, "category": "safety", "lessons": [
 {"id": "6a1de1b4-5d0e-4c57-9a53-0d8e7c1f2a01", "title": {"zh-CN": "一", "en": "One"}, "media": "1.mp4"},
 {"id": "6a1de1b4-5d0e-4c57-9a53-0d8e7c1f2a02", "title": {"zh-CN": "二", "en": "Two"}, "media": "2.mp4"}]}
END
}
course 1 Noise
"$ctl" keygen --out keys >/dev/null && "$ctl" pack src --key keys/weike.key --out www >/dev/null || { echo "not ok sync: no content"; exit 1; }
new_site() { # DIR CONFIG-LINE…
    config "$@"
    "$ctl" trust keys/weike.pub --data "$1" >/dev/null || bad "trust in $1"
}

# --- the settings ---
mkdir -p cx; config cx 'server = "http://h"' 'county_key = "no.pub"'
config c0 'server = "http://h"' 'county_key = "no.pub"' 'root = "/no/1.root"' 'tls_pin = "sha256//47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="'
expect "config check names a missing county key" 0 "warning: county_key: there is no file c0/no.pub" config check --data c0
expect "config check names a missing root" 0 "warning: root: there is no file /no/1.root" config check --data c0
expect "config check doubts a pin without https" 0 "warning: tls_pin does nothing" config check --data c0
expect "a county key that cannot be read is refused" 1 "county_key of weike.conf: .*no.pub" sync --once --data cx
mkdir -p c1
expect "without a server there is nothing to do" 1 "names no server" sync --once --data c1

# --- a plain web server: nginx from Debian ---
if command -v nginx >/dev/null; then
    port=$(free_port)
    mkdir -p ngx
    cat >ngx/nginx.conf <<END
$([ "$(id -u)" = 0 ] && echo "user root;") daemon off; worker_processes 1; pid $work/ngx/pid; error_log $work/ngx/error.log;
events { worker_connections 64; }
http { access_log $work/ngx/access.log; client_body_temp_path $work/ngx/b; proxy_temp_path $work/ngx/p; fastcgi_temp_path $work/ngx/f;
 uwsgi_temp_path $work/ngx/u; scgi_temp_path $work/ngx/s; types { } default_type application/octet-stream;
 server { listen 127.0.0.1:$port; root $work/www; } }
END
    nginx -p "$work/ngx" -c "$work/ngx/nginx.conf" 2>ngx/said & pids+=($!)
    until_up "http://127.0.0.1:$port/repo/timestamp" || bad "nginx starts"
    new_site a "server = \"http://127.0.0.1:$port/\""
    run sync --once --json --data a
    facts "nginx: lessons come" end=done lessons_fetched=2 contact=true error= 'bytes>1000000'
    expect "nginx: and are installed" 0 '"lessons":2' status --json --data a
    expect "nginx: sound" 0 '' doctor --data a
    : >ngx/access.log
    run sync --once --json --data a
    facts "nginx: nothing new costs one small request" end=done lessons_fetched=0 contact=true 'bytes<700'
    check "nginx: and only one" "$(wc -l <ngx/access.log)" 1
    course 2 "Noise again"
    "$ctl" pack src --key keys/weike.key --out www >/dev/null
    run sync --once --json --data a
    facts "nginx: a new version brings only what is new" end=done 'bytes<20000'

    # windows, budget, metered
    soon=$(date -d '+2 hours' +%H:%M) later=$(date -d '+3 hours' +%H:%M) ago=$(date -d '-1 hour' +%H:%M)
    new_site w "server = \"http://127.0.0.1:$port\"" "windows = { \"$soon-$later\" }"
    run sync --once --json --data w
    facts "outside the window nothing comes, and that is no failure" end=window lessons_fetched=0 'bytes<1000'
    check "… with exit code 0" "$rc" 0
    new_site w2 "server = \"http://127.0.0.1:$port\"" "windows = { \"$soon-$later\", \"$ago-$soon\" }"
    run sync --once --json --data w2
    facts "inside one of two windows it comes" end=done lessons_fetched=2
    new_site b "server = \"http://127.0.0.1:$port\"" "budget_mb_per_day = 1"
    run sync --once --json --data b
    facts "the budget of a day is kept" end=budget 'bytes<1050000' 'bytes>100000'
    run sync --once --json --data b
    facts "also by the next start on the same day" end=budget 'bytes<1000'

    # publishers
    "$ctl" root init rooted >/dev/null && "$ctl" publish src --repo www/below/repo --keys rooted >/dev/null || bad "publish"
    config r "server = \"http://127.0.0.1:$port/below/\"" "root = \"../rooted/root/1.root\""
    run sync --once --json --data r
    facts "the root that the config names begins the trust" end=done lessons_fetched=2
    expect "a plain web server enters nobody" 1 "does not answer as a hub" enrol abcd-efgh-ijkl --data a
    new_site x "server = \"http://127.0.0.1:$port\""
    "$ctl" keygen --out other >/dev/null; "$ctl" trust other/weike.pub --data x >/dev/null
    expect "content of an unknown publisher is refused in one sentence" 1 "content was refused" sync --once --data x
    kill "${pids[-1]}"
    wait "${pids[-1]}" 2>/dev/null
    unset 'pids[-1]'
    expect "no server, one sentence" 1 "the server does not answer" sync --once --data a
    expect "the lessons stay" 0 '"lessons":2' status --json --data a
else
    echo "skip sync: nginx is not installed"
fi

# --- the network asks for a log-in ---
mkdir -p portal
coproc PORTAL { python3 "$here/../net/server.py" "$work/portal" 2>/dev/null; }
pids+=("$PORTAL_PID")
read -r pport <&"${PORTAL[0]}"
curl -s -o /dev/null -d '[{"match": ".", "do": "portal"}]' "http://127.0.0.1:$pport/!rules"
new_site p "server = \"http://127.0.0.1:$pport\""
expect "a portal is called one" 1 "log-in" sync --once --data p
expect "nor does a portal enter anybody" 1 "is no hub: the network may need a log-in" enrol abcd-efgh-ijkl --data p
expect "a code of other letters is refused" 1 "only letters, digits and dashes" enrol "ab_cd" --data p

# --- a hub: enrolment, records, receipts ---
records() { python3 "$here/add_records.py" "$@"; } # DATA FIRST COUNT
if [ -x "$hub" ]; then
    mkdir -p hub
    start_hub() {
        "$hub" --data hub --listen 127.0.0.1:"${1:-0}" >hub.said 2>hub.err & hubpid=$!
        pids+=("$hubpid")
        hport=$(timeout 20 bash -c 'until sed -nE "s/.*port ([0-9]+)$/\1/p" hub.said | grep -m1 .; do read -rt 0.05 <><(:); done')
    }
    start_hub
    cp -r www/repo hub/ 2>/dev/null
    new_site v "server = \"http://127.0.0.1:$hport\""
    code=$("$hub" enrol "Yunxi village" --data hub --json | python3 -c 'import json,sys; print(json.load(sys.stdin)["code"])')
    expect "nobody is entered with a wrong code" 1 "code is wrong" enrol xxxx-xxxx-xxxx --data v
    check "… and nothing is kept of it" "$(find v/trust -name "*county*" -o -name "hub*" | wc -l)" 0
    records v 1 300
    run sync --once --json --data v
    facts "records stay until there is a county key" end=no-county-key waiting=300 records_sent=0
    expect "the code enters it under its name" 0 "now Yunxi village. County key [0-9a-f]{16}" enrol "$code" --data v
    check "… and both keys are kept" "$(find v/trust -name county.pub -o -name hub.pub | wc -l)" 2
    expect "a code serves once" 1 "code is wrong" enrol "$code" --data v
    run sync --once --json --data v
    facts "records go up and are receipted" end=done contact=true records_sent=300 receipted=300 waiting=0
    run outbox --json --data v
    facts "the outbox says so" waiting=0 delivered=300 quarantined=0 last_receipt_count=300 'last_receipt_ms>1795000000000' oldest_waiting=
    expect "… in words too" 0 "0 waiting, 300 delivered, 0 quarantined" outbox --data v
    check "the county has them" "$("$hub" status --data hub --json | python3 -c 'import json,sys; print(json.load(sys.stdin)["statements"])')" 300
    WEIKE_LOG=info run sync --once --json --data v
    facts "nothing goes twice" records_sent=0 contact=true 'bytes<700'
    kill "$hubpid"; wait "$hubpid" 2>/dev/null
    records v 301 10
    expect "the hub is away" 1 "does not answer" sync --once --data v
    run outbox --json --data v
    facts "what waits is named" waiting=10 oldest_waiting=2026-11-22T09:05:01.000Z
    start_hub "$hport"
    run sync --once --json --data v
    facts "and goes when it is back" end=done records_sent=10 receipted=10 waiting=0
    records v 311 5
    # --- the long run: one line an event, ended by a signal ---
    "$ctl" sync --data v >long.txt 2>&1 & lpid=$!
    pids+=("$lpid")
    timeout 20 bash -c 'until grep -q "next try in" long.txt; do read -rt 0.05 <><(:); done'
    kill -INT "$lpid"; wait "$lpid"; rc=$?
    out=$(cat long.txt) err=''
    if [ "$rc" = 0 ] && grep -q "records: 5 sent, 5 receipted, 0 waiting" long.txt; then ok "without --once it goes on until it is stopped"; else bad "without --once it goes on until it is stopped"; fi
    # --- strangers ---
    new_site u "server = \"http://127.0.0.1:$hport\"" "county_key = \"../v/trust/county.pub\""
    "$ctl" member add --name x --data u >/dev/null
    records u 1000 3
    WEIKE_HARDWARE=other expect "a terminal that was never entered is refused in one sentence" 1 "does not know this terminal" sync --once --data u
else
    echo "skip sync: there is no weike-hub"
fi

exit $status
