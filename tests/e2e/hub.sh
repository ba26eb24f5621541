#!/bin/bash
# hub.sh BUILD: weike-hub as clients, operators and the hub below meet it; then three tiers where everything goes wrong at once.
set -u
BUILD=$(cd "$1" && pwd)
ROOT=$(cd "$(dirname "$0")/../.." && pwd)
cd "$ROOT" || exit 1
export BUILD WEIKE_LOG=${WEIKE_LOG:-error} LC_ALL=C.UTF-8 SOURCE_DATE_EPOCH=1795000000
unset WEIKE_DATA
WORK=$(mktemp -d)
source tests/hub/kit.sh
trap 'hubs_end; rm -rf "$WORK"' EXIT
hub=$BUILD/weike-hub ctl=$BUILD/weikectl
status=0
ok() { echo "ok hub: $1"; }
bad() { echo "not ok hub: $1"; shift; printf '    %s\n' "$@"; status=1; }
same() { if [ "$2" = "$3" ]; then ok "$1"; else bad "$1" "got  $2" "want $3"; fi; } # NAME GOT WANT
has() { if grep -qE -- "$3" <<<"$2"; then ok "$1"; else bad "$1" "want $3 in:" "$2"; fi; } # NAME TEXT PATTERN
code() { curl -s -o /dev/null -w '%{http_code}' "$@"; }
make -s -f tests/hub/hub.mk BUILD="$BUILD" hub-tools >"$WORK/make.log" 2>&1 || { cat "$WORK/make.log"; echo "not ok hub: its test drivers do not build"; exit 1; }
term=$BUILD/test/hub_terminal

# --- usage ---
has "--help names the commands" "$("$hub" --help)" 'weike-hub enrol NAME'
"$hub" >/dev/null 2>&1; same "no arguments: usage" $? 2
has "a wrong option is named" "$("$hub" --data x --lisen y 2>&1)" '^weike-hub: there is no option --lisen'
has "a bad address is explained" "$("$hub" --data x --listen nonsense 2>&1)" 'ADDRESS:PORT'
has "status of a folder without a hub" "$("$hub" status --data "$WORK/none" 2>&1)" 'has no hub yet'

# --- a county ---
hub_start county || { bad "it starts"; exit 1; }
C=${HUB_URL[county]}
has "the first start prints a code" "$(cat "$WORK/county.out")" 'One-time code for the first: [a-z0-9-]{14}'
same "its keys are its own" "$(stat -c %a "$WORK/county/county/county.key" "$WORK/county/hub/weike.key" | sort -u)" 600
has "a second one on the same address is told so" "$("$hub" --data "$WORK/other" --listen "127.0.0.1:${HUB_PORT[county]}" 2>&1)" '^weike-hub: cannot listen on 127.0.0.1'

# --- the tree ---
mkdir -p "$WORK/src"
if command -v ffmpeg >/dev/null; then
    ffmpeg -nostdin -v error -y -f lavfi -i testsrc=d=8:s=640x480:r=25 -f lavfi -i sine=d=8 -shortest -c:v mpeg4 -b:v 2M -c:a aac "$WORK/src/a.mp4"
else
    cp tests/fixtures/a.mp4 "$WORK/src/" 2>/dev/null
fi
cat >"$WORK/src/course.json" <<'END'
{"id": "org.example.fraud", "version": 1, "title": {"zh-CN": "防骗", "en": "Fraud"}, "category": "safety",
 "lessons": [{"id": "6a1de1b4-5d0e-4c57-9a53-0d8e7c1f2a01", "title": "一", "media": "a.mp4"}]}
END
"$ctl" root init "$WORK/keys" --county "$WORK/county/county/county.pub" >/dev/null 2>"$WORK/err" && "$ctl" publish "$WORK/src" --repo "$WORK/county/repo" --keys "$WORK/keys" --packs >/dev/null 2>>"$WORK/err" ||
    bad "a tree is published for it" "$(cat "$WORK/err")"
blob=$(cd "$WORK/county/repo" && find b -type f -size +200k | head -1)
file=$WORK/county/repo/$blob size=$(stat -c %s "$WORK/county/repo/$blob")
curl -s "$C/repo/$blob" -o "$WORK/got"; same "a blob comes as it is" "$(sha256sum <"$WORK/got")" "$(sha256sum <"$file")"
curl -s -r 1000-99999 "$C/repo/$blob" | cmp -s - <(tail -c +1001 "$file" | head -c 99000); same "a part of it, too" $? 0
head=$(curl -si -r $((size - 5))- "$C/repo/$blob" -o /dev/null -D -)
has "206 says which part" "$head" "Content-Range: bytes $((size - 5))-$((size - 1))/$size"
tag=$(sed -n 's/^ETag: \(.*\)\r/\1/p' <<<"$head")
same "the tag is the name" "$tag" "\"${blob##*/}\""
same "If-None-Match: 304" "$(code -H "If-None-Match: W/\"x\", $tag" "$C/repo/$blob")" 304
same "If-Range with another tag: the whole" "$(code -r 5-9 -H 'If-Range: "x"' "$C/repo/$blob")" 200
same "beyond the end: 416" "$(code -r $size- "$C/repo/$blob")" 416
same "HEAD has the length" "$(curl -sI "$C/repo/$blob" | sed -n 's/^Content-Length: \([0-9]*\).*/\1/p')" "$size"
has "immutable names may be kept" "$head" 'Cache-Control: public, max-age=31536000, immutable'
has "the timestamp may not" "$(curl -sI "$C/repo/timestamp")" 'Cache-Control: no-cache'
for p in ../hub.db .. b/../../hub.db '%2e%2e/hub.db' 'b/%2e%2e/%2e%2e/hub.db' '/etc/passwd' '.hidden' ''; do
    same "nothing outside the tree: '$p'" "$(code --path-as-is "$C/repo/$p")" 404
done
ln -s /etc/passwd "$WORK/county/repo/link"; same "no link is followed" "$(code "$C/repo/link")" 404
same "no other method" "$(code -X DELETE "$C/repo/timestamp")" 405

# --- the sample site for nginx in front ---
nginx=$(command -v nginx || { [ -x /usr/sbin/nginx ] && echo /usr/sbin/nginx; })
if [ -n "$nginx" ] && command -v openssl >/dev/null; then
    openssl req -x509 -newkey rsa:2048 -nodes -keyout "$WORK/ng.key" -out "$WORK/ng.pem" -days 1 -subj /CN=localhost 2>/dev/null
    for _ in 1 2 3 4 5; do # a free pair of ports, as far as one can know
        p=$((20000 + RANDOM % 20000))
        sed "s#/etc/ssl/weike/hub.pem#$WORK/ng.pem#; s#/etc/ssl/weike/hub.key#$WORK/ng.key#; /listen \\[::\\]/d; s#listen 80;#listen 127.0.0.1:$p;#
            s#listen 443 #listen 127.0.0.1:$((p + 1)) #; s#/var/lib/weike-hub#$WORK/county#; s#http://127.0.0.1:8080#$C#" packaging/nginx-weike.conf >"$WORK/site.conf"
        printf 'daemon on; user root; pid %s/ng.pid; error_log %s/ng.err; events {} http { access_log off; client_body_temp_path %s/ngb; proxy_temp_path %s/ngp; include %s/site.conf; }' \
            "$WORK" "$WORK" "$WORK" "$WORK" "$WORK" >"$WORK/nginx.conf"
        [ "$(id -u)" = 0 ] || sed -i 's/user root; //' "$WORK/nginx.conf"
        chmod 755 "$WORK"
        "$nginx" -c "$WORK/nginx.conf" 2>"$WORK/ng.out" && break
    done
    N=http://127.0.0.1:$p S=https://127.0.0.1:$((p + 1))
    same "nginx serves the tree" "$(curl -s "$N/repo/$blob" | sha256sum)" "$(sha256sum <"$file")"
    has "for ever" "$(curl -skI "$S/repo/$blob")" 'immutable'
    has "but the timestamp" "$(curl -sI "$N/repo/timestamp")" 'no-cache'
    same "records pass through it" "$(code "$N/v1/ack/0123456789abcdef")" 404
    same "passwords only over TLS" "$(code "$N/status")" 301
    same "the page is there" "$(code -k "$S/status")" 200
    kill "$(cat "$WORK/ng.pid")"
fi

# --- a terminal ---
enrol=$("$hub" enrol "白山村" --data "$WORK/county" 2>/dev/null)
same "a code enrols" "$("$term" "$WORK/t1" enrol "$C" "$enrol")" 200
same "once only" "$("$term" "$WORK/t2" enrol "$C" "$enrol")" 403
same "records are stored" "$("$term" "$WORK/t1" put "$C" 1 40)" "200 stored 40 0"
same "and again" "$("$term" "$WORK/t1" put "$C" 1 40)" "200 stored 40 0"
same "a gap is asked for" "$("$term" "$WORK/t1" put "$C" 51 60)" "200 stored 40 1"
same "the receipt can be fetched" "$("$term" "$WORK/t1" ack "$C")" "200 stored 40 1"
same "each statement once" "$(hub_field county statements)" 50
"$term" "$WORK/t1" seal 41 50 >"$WORK/packet"; sum=$(sha256sum <"$WORK/packet" | cut -c1-64)
same "a packet under another name is refused" "$(code -T "$WORK/packet" "$C/v1/rec/${sum//[0-9]/a}")" 400
same "one byte too many is refused before it is read" "$(head -c 300000 /dev/zero | code -T - -H 'Transfer-Encoding:' -H 'Content-Length: 300000' "$C/v1/rec/$sum")" 413
same "and one without a length" "$(code -X PUT -H 'Transfer-Encoding: chunked' -d x "$C/v1/rec/$sum")" 411
same "nor one with both" "$(code -T "$WORK/packet" -H 'Transfer-Encoding: chunked' -H "Content-Length: 5" "$C/v1/rec/$sum")" 411
same "one address that only declares bodies keeps nobody out" "$(python3 - "${HUB_PORT[county]}" <<'END'
import socket, sys, time
def say(text, source):
    s = socket.create_connection(("127.0.0.1", int(sys.argv[1])), source_address=(source, 0))
    s.sendall(text.encode())
    return s
held = [say("PUT /v1/rec/%s HTTP/1.1\r\nHost: x\r\nContent-Length: 262144\r\n\r\n" % ("a" * 64), "127.0.0.%d" % (2 + i % 2)) for i in range(400)]
time.sleep(0.5)
print(say("POST /v1/enrol HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello", "127.0.0.1").recv(12).decode())
END
)" "HTTP/1.1 400"
same "who only reads sends no body" "$(code -X GET -H 'Transfer-Encoding: chunked' -d x "$C/metrics")" 413
same "curl can send one, too" "$(code -T "$WORK/packet" "$C/v1/rec/$sum")" 200
has "a site is listed" "$("$hub" sites --data "$WORK/county")" '白山村'
device=$("$hub" sites --json --data "$WORK/county" | python3 -c 'import json,sys; print(json.load(sys.stdin)[0]["device"])')
"$hub" revoke "$device" --data "$WORK/county"; same "a revoked one is refused" "$("$term" "$WORK/t1" put "$C" 61 62 | cut -c1-3)" 403
nonce=0123456789abcdef0123456789abcdef
has "the time comes signed, with the question" "$(curl -s "$C/v1/time?nonce=$nonce")" "\"nonce\":\"$nonce\""
same "and only so" "$(code "$C/v1/time?nonce=1")" 400

# --- operators ---
first=$(sed -nE 's/.*first: ([a-z0-9-]{14}).*/\1/p' "$WORK/county.out")
nonce_of() { curl -s "$@" "$C/status" | grep -oE 'name="nonce" value="[0-9a-f]{32}"' | head -1 | grep -oE '[0-9a-f]{32}'; }
n=$(nonce_of); post() { curl -s -o "$WORK/body" -w '%{http_code}' "$@"; }
same "a wrong code makes no operator" "$(post -d "nonce=$n&code=aaaa-bbbb-cccc&name=li&password=correct+horse&again=correct+horse" "$C/admin/setup")" 400
n=$(nonce_of)
same "a short password is refused" "$(post -d "nonce=$n&code=$first&name=li&password=x&again=x" "$C/admin/setup")" 400
n=$(nonce_of)
same "the printed code makes the first operator" "$(post -d "nonce=$n&code=$first&name=li&password=correct+horse&again=correct+horse" "$C/admin/setup")" 303
same "the code is used up" "$(post -d "nonce=$n&code=$first&name=eve&password=correct+horse&again=correct+horse" "$C/admin/setup")" 401
same "the page wants a password now" "$(code "$C/status")" 401
same "not this one" "$(code -u li:wrong "$C/")" 401
has "the page shows the site" "$(curl -s -u 'li:correct horse' "$C/status")" '白山村'
n=$(nonce_of -u 'li:correct horse')
same "a form makes a code" "$(post -u 'li:correct horse' -d "nonce=$n&name=%E6%9D%BE%E6%A0%91%3Cb%3E" "$C/admin/enrol")" 200
has "and escapes what was typed" "$(cat "$WORK/body")" '松树&lt;b&gt;'
same "the same form again is refused" "$(post -u 'li:correct horse' -d "nonce=$n&name=x" "$C/admin/enrol")" 409
same "a form without a nonce, too" "$(post -u 'li:correct horse' -d "name=x" "$C/admin/enrol")" 409
has "all of it is in the log" "$("$hub" audit --json --data "$WORK/county")" '"act":"first operator".*"who":"li"|"who":"li".*"act":"first operator"|first operator'
same "figures for Prometheus" "$(curl -s "$C/metrics" | sed -n 's/^weike_hub_statements_total //p')" 60
has "the log can only grow" "$(python3 - "$WORK/county/hub.db" 2>&1 <<'END'
import sqlite3, sys
sqlite3.connect(sys.argv[1]).execute("DELETE FROM audit")
END
)" 'only added to'

# --- a township: tree down, records up, a stick ---
"$ctl" trust "$WORK/keys/1.root" --data "$WORK/town" >/dev/null 2>&1 || "$ctl" trust "$WORK/county/repo/root/1.root" --data "$WORK/town" >/dev/null || bad "a hub trusts a root"
has "not joined: said so" "$("$hub" join aaaa-bbbb-cccc --upstream "$C" --data "$WORK/town" 2>&1)" 'wrong, used or too old'
hub_joins town county && ok "a township joins" || bad "a township joins"
hub_start town --upstream "$C" --now || bad "it starts"
T=${HUB_URL[town]}
for _ in $(seq 100); do [ -f "$WORK/town/repo/timestamp" ] && break; sleep 0.1; done
same "the whole tree is here, byte for byte" "$(cd "$WORK/town/repo" && find . -type f ! -name link | sort | xargs sha256sum | sha256sum)" \
    "$(cd "$WORK/county/repo" && find . -type f ! -name link ! -name '*.lock' ! -path './.*' | sort | xargs sha256sum | sha256sum)"
# an update, its blob large enough that kills find it half-way; each start goes on where the last one was
ffmpeg -nostdin -v error -y -f lavfi -i testsrc=d=8:s=640x480:r=25 -f lavfi -i anoisesrc=d=8 -shortest -c:v mpeg4 -b:v 8M -c:a pcm_s16le "$WORK/src/b.mkv" 2>/dev/null
sed -i 's/"version": 1/"version": 2/; s/"media": "a.mp4"}/"media": "a.mp4"}, {"id": "6a1de1b4-5d0e-4c57-9a53-0d8e7c1f2a02", "title": "二", "media": "b.mkv"}/' "$WORK/src/course.json"
"$ctl" publish "$WORK/src" --repo "$WORK/county/repo" --keys "$WORK/keys" --packs --patches >/dev/null 2>"$WORK/err" || bad "an update is published" "$(cat "$WORK/err")"
for i in 1 2 3 4; do sleep 0.0$((i * 2)); hub_stop town KILL; hub_start town --upstream "$C" --now; done
T=${HUB_URL[town]}
for _ in $(seq 100); do cmp -s "$WORK/town/repo/timestamp" "$WORK/county/repo/timestamp" && break; sleep 0.1; done
missing=$(cd "$WORK/county/repo" && find . -type f ! -name '*.lock' ! -path './.*/*' -print0 | while IFS= read -r -d '' f; do cmp -s "$f" "$WORK/town/repo/$f" || echo "$f"; done)
same "an update comes through four kills, with its patches" "$missing" ""
# two versions later what only the first had is gone; what a terminal may be half-way through is not
second=$(cd "$WORK/county/repo" && find b -type f -size +1000k | head -1)
sed -i 's/"version": 2/"version": 3/; s/, {"id": "6a1de1b4-5d0e-4c57-9a53-0d8e7c1f2a02", "title": "二", "media": "b.mkv"}//; s/"一"/"壹"/' "$WORK/src/course.json"
publish_and_wait() {
    "$ctl" publish "$WORK/src" --repo "$WORK/county/repo" --keys "$WORK/keys" --packs --patches >/dev/null 2>"$WORK/err" || cat "$WORK/err"
    for _ in $(seq 100); do cmp -s "$WORK/town/repo/timestamp" "$WORK/county/repo/timestamp" && break; sleep 0.1; done
    sleep 0.5
}
publish_and_wait
same "the version before stays" "$([ -f "$WORK/town/repo/$second" ] && [ -f "$WORK/town/repo/$blob" ] && echo yes)" yes
sed -i 's/"version": 3/"version": 4/; s/"壹"/"一"/' "$WORK/src/course.json"
publish_and_wait
same "the one before that goes, and no more" "$([ ! -e "$WORK/town/repo/$second" ] && [ -f "$WORK/town/repo/$blob" ] && echo yes)" yes
has "and the township's tree is whole" "$("$ctl" verify "$WORK/town/repo" --pub "$WORK/keys/1.root" 2>&1 || "$ctl" verify "$WORK/town" --pub "$WORK/county/repo/root/1.root" 2>&1)" 'version 4'
code=$("$hub" enrol "柳河村" --data "$WORK/town" 2>/dev/null)
same "a village enrols at the township" "$("$term" "$WORK/t3" enrol "$T" "$code")" 200
has "its records are held" "$("$term" "$WORK/t3" put "$T" 1 30)" '^202 '
for _ in $(seq 100); do got=$("$term" "$WORK/t3" ack "$T"); [ "$got" = "200 stored 30 0" ] && break; sleep 0.1; done
same "then stored by the county" "$got" "200 stored 30 0"
same "and nothing is left on the way" "$(find "$WORK/town/packets" -type f | wc -l)" 0
has "the county knows the village by name" "$("$hub" sites --data "$WORK/county")" '柳河村'
has "and how the township fares" "$("$hub" sites --json --data "$WORK/county")" '"hub":true.*"waiting":[0-9]|"waiting":[0-9].*"hub":true'
hub_stop town; same "SIGTERM ends it cleanly" $? 0
mkdir -p "$WORK/stick/WEIKE"
"$term" "$WORK/t3" seal 31 50 >"$WORK/packet"; sum=$(sha256sum <"$WORK/packet" | cut -c1-16)
device=$("$hub" sites --json --data "$WORK/town" | python3 -c 'import json,sys; print([d["device"] for d in json.load(sys.stdin) if d["site"]=="柳河村"][0])')
mkdir -p "$WORK/stick/WEIKE/up/$device"; epoch=$(cut -c1-8 "$WORK/t3/epoch")
cp "$WORK/packet" "$WORK/stick/WEIKE/up/$device/$epoch-31-50-$sum.rec"
has "a stick brings records to the county" "$("$hub" stick "$WORK/stick" --data "$WORK/county" 2>&1)" '^1 packets taken'
has "and takes the receipt" "$(cat "$WORK/stick/WEIKE/down/$device.ack")" '"upto":50'
same "and the lessons" "$(sha256sum <"$WORK/stick/WEIKE/repo/$blob")" "$(sha256sum <"$file")"
has "the township learns of it from the stick" "$("$hub" stick "$WORK/stick" --data "$WORK/town" 2>&1)" 'packets taken'
hub_start town --upstream "$C" --now
same "and hands it on" "$("$term" "$WORK/t3" ack "${HUB_URL[town]}")" "200 stored 50 0"
rm -rf "$WORK/town/hub.db"* ; has "a hub that belongs to a county does not become one by mistake" \
    "$(hub_stop town; "$hub" --data "$WORK/town" --listen 127.0.0.1:0 2>&1)" 'start it with --upstream'

# --- TLS ---
if command -v openssl >/dev/null; then
    openssl req -x509 -newkey rsa:2048 -nodes -keyout "$WORK/key.pem" -out "$WORK/cert.pem" -days 1 -subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1 2>/dev/null
    hub_start tls --tls "$WORK/cert.pem" "$WORK/key.pem"
    same "TLS by certificate files" "$(curl -s -o /dev/null -w '%{http_code}' --cacert "$WORK/cert.pem" "https://127.0.0.1:${HUB_PORT[tls]}/metrics")" 200
    pin=sha256//$(openssl x509 -in "$WORK/cert.pem" -noout -pubkey | openssl pkey -pubin -outform der | openssl dgst -sha256 -binary | base64)
    code=$("$hub" enrol "乡" --hub --data "$WORK/tls" 2>/dev/null)
    has "a stranger's certificate is refused" "$("$hub" join "$code" --upstream "https://127.0.0.1:${HUB_PORT[tls]}" --data "$WORK/town2" 2>&1)" '^weike-hub: '
    has "a pinned one is believed" "$("$hub" join "$code" --upstream "https://127.0.0.1:${HUB_PORT[tls]}" --pin "$pin" --data "$WORK/town2" 2>&1)" '^Joined as 乡'
    hub_stop tls
    has "a wrong key is explained" "$("$hub" --data "$WORK/tls" --listen 127.0.0.1:0 --tls "$WORK/cert.pem" "$WORK/cert.pem" 2>&1)" 'certificate and its key'
fi
hub_stop county; same "the county ends cleanly" $? 0
same "no sanitizer or library complained" "$(grep -hE 'Fatal|ERROR: ' "$WORK"/*.log)" ""

# --- everything at once ---
bash tests/hub/tiers.sh "$BUILD" "${TIER_STATEMENTS:-4000}" | sed 's/^ok tiers/ok hub tiers/; s/^not ok tiers/not ok hub tiers/' || status=1
exit $status
