#!/bin/bash
# weikectl.sh BUILD: the command line from keys to reports, on real films, as a technician and an author use it.
set -u
ctl=$(cd "$1" && pwd)/weikectl
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
export LC_ALL=C.UTF-8 SOURCE_DATE_EPOCH=1795000000
unset WEIKE_DATA
status=0 out='' err='' rc=0

run() { out=$("$ctl" "$@" 2>err.txt) && rc=0 || rc=$?; err=$(cat err.txt); }
ok() { echo "ok $1"; }
bad() { echo "not ok $1"; echo "    rc $rc"; printf '%s\n' "$out" "$err" | sed 's/^/    /'; status=1; }
# NAME RC PATTERN COMMAND…: exit code, and what stdout (RC 0) or the one sentence on stderr says
expect() {
    local name=$1 want=$2 pattern=$3
    shift 3
    run "$@"
    local text=$err
    [ "$want" = 0 ] && text=$out
    if [ "$rc" != "$want" ] || ! grep -qE -- "$pattern" <<<"$text"; then bad "$name"
    elif [ "$want" = 1 ] && { [ "$(wc -l <err.txt)" != 1 ] || ! grep -q '^weikectl: ' err.txt; }; then bad "$name: one sentence"
    else ok "$name"; fi
}
same() { if [ "$2" = "$3" ]; then ok "$1"; else out=$2 err=$3 bad "$1"; fi; } # NAME GOT WANT
tree_sum() { (cd "$1" && find . -type f | sort | xargs sha256sum | sha256sum); }
# Everything but what opening a database may touch
data_sum() { (cd "$1" && find blobs incoming trust weike.db -type f | sort | xargs sha256sum | sha256sum); }
keys_of() { python3 -c 'import json,sys; d=json.load(sys.stdin); print(" ".join(d)); assert list(d)==sorted(d)' <<<"$out"; }

# --- an author's folder ---
mkdir -p src/fraud
film() { ffmpeg -nostdin -v error -y -f lavfi -i "testsrc=d=$1:s=320x240:r=10" -f lavfi -i "sine=d=$1" -shortest "${@:3}" "$2"; }
film 2 src/fraud/a.mp4 -c:v libx264 -preset ultrafast -c:a aac
film 2 src/fraud/b.ogv -c:v libtheora -c:a libvorbis
cat >src/fraud/p.svg <<'END'
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 160 90"><rect width="160" height="90" fill="#36c"/></svg>
END
printf '1\r\n00:00:00,500 --> 00:00:01,500\r\n' >src/fraud/a.srt
printf '你好，再见\r\n' | iconv -t GB18030 >>src/fraud/a.srt
cat >src/fraud/a.gift <<'END'
// weike: id=q1 at=1
::一::对方要验证码，能给吗？{F}

// weike: id=q2
::二::接到可疑电话先做什么？{=挂断 ~转账 ~汇款}
END
cat >src/fraud/a.en.gift <<'END'
// weike: id=q1 at=1
::1::The caller wants the code. Give it?{F}

// weike: id=q2
::2::What first, after a suspicious call?{=Hang up ~Transfer ~Send}
END
course() { # VERSION
    cat >src/fraud/course.json <<END
{"id": "org.example.fraud", "version": $1, "title": {"zh-CN": "防骗", "en": "Fraud"}, "category": "safety", "poster": "p.svg",
 "lessons": [
  {"id": "6a1de1b4-5d0e-4c57-9a53-0d8e7c1f2a01", "title": "一", "media": "a.mp4", "poster": "p.svg",
   "captions": [{"lang": "zh-CN", "file": "a.srt"}], "questions": "a.gift", "translations": {"en": "a.en.gift"}},
  {"id": "6a1de1b4-5d0e-4c57-9a53-0d8e7c1f2a02", "title": "二", "media": "b.ogv"}]}
END
}
course 1

# --- author: keys, pack, verify ---
expect "keygen" 0 "^Made key [0-9a-f]{16}: keys/weike.key" keygen --out keys
same "the secret key is for its owner only" "$(stat -c %a keys/weike.key)" 600
expect "keygen never overwrites" 1 "keys/weike.key exists already" keygen --out keys
expect "pack" 0 "published list 1, 1 of 1 packages new" pack src --key keys/weike.key --out tree
sum=$(tree_sum tree)
expect "pack again: nothing new" 0 "nothing new" pack src --key keys/weike.key --out tree
same "and no byte of the tree changes" "$(tree_sum tree)" "$sum"
run pack src/fraud --key keys/weike.key --out tree2
same "the same sources give the same tree" "$(tree_sum tree2)" "$sum"
expect "verify" 0 "org.example.fraud version 1: 防骗, 2 lessons" verify tree --pub keys/weike.pub
run verify tree --pub keys/weike.pub --json
same "verify --json: sorted keys" "$(keys_of)" "bytes expires files issued key list packages problems root stray_files"
"$ctl" keygen --out other >other.txt
other=$(grep -oE '[0-9a-f]{16}' other.txt | head -1)
expect "verify with another key" 1 "not trusted here" verify tree --pub other/weike.pub
sed -i 's/防骗/防诈骗/' src/fraud/course.json
expect "a change needs a new version" 1 'set "version": 2 in src/fraud/course.json' pack src --key keys/weike.key --out tree
same "and a refused pack changes nothing that is served" "$(sha256sum <tree/repo/timestamp)" "$(sha256sum <tree2/repo/timestamp)"
echo '{"id": "org.example.fraud", "versoin": 1}' >src/fraud/course.json
expect "a typing mistake is named" 1 'course.json: unknown key "versoin"' pack src --key keys/weike.key --out tree
course 1

# --- technician: trust, import ---
expect "nobody is trusted at first" 1 "key [0-9a-f]{16}, which is not trusted here.*weikectl trust" import tree --data d
expect "status before anything" 1 "no data directory yet" status --data nowhere
expect "trust" 0 "d trusts key" trust keys/weike.pub --data d
expect "import" 0 "^installed: org.example.fraud version 1: 防骗, 2 lessons" import tree --data d
expect "import again" 0 "^already here" import tree --data d
expect "status" 0 "courses 1, lessons 2, members 0" status --data d
run status --json --data d
same "status --json: stable keys" "$(keys_of)" "answers clock_ms clock_trust courses data database_bytes disk_free_bytes disk_total_bytes last_backup_ms last_contact_ms last_receipt_count last_receipt_ms lessons lessons_repairing lessons_to_come list members statements statements_quarantined statements_waiting trusted_keys version viewings"

# --- refusals change nothing ---
before=$(data_sum d)
"$ctl" pack src --key other/weike.key --out foreign >/dev/null
expect "wrong key, named" 1 "$other" import foreign --data d
cp -r tree broken
victim=$(find broken/repo/b -type f -size +20k | head -1)
printf 'x' | dd of="$victim" bs=1 seek=5000 conv=notrunc status=none
"$ctl" keygen --out k2 >/dev/null
"$ctl" trust keys/weike.pub --data fresh >/dev/null
expect "a changed byte in a film" 1 "its bytes were changed" import broken --data fresh
expect "verify finds it too" 1 "its bytes were changed" verify broken --pub keys/weike.pub
rm "$victim"
expect "a missing film" 1 "No such file" import broken --data fresh
cp -r tree unsigned
tail -c 200 tree/repo/timestamp >unsigned/repo/timestamp
expect "unsigned" 1 "not signed" import unsigned --data d
expect "a folder without content" 1 "no Weike content" import src --data d
same "after all refusals the data is as before" "$(data_sum d)" "$before"

# --- new version, and no way back ---
course 2
sed -i 's/"title": "一"/"title": "第一课"/' src/fraud/course.json
cp -r tree old
expect "pack a new version" 0 "published list 2" pack src --key keys/weike.key --out tree
expect "import it" 0 "^installed: org.example.fraud version 2" import tree --data d
expect "an older stick is refused" 1 "list 1 of the publisher, older than list 2" import old --data d
mkdir -p stick/WEIKE && cp -r tree/repo stick/WEIKE/
expect "a stick with WEIKE/repo" 0 "^already here" import stick --data d

# --- doctor ---
expect "doctor" 0 "^ok +files" doctor --data d
run doctor --json --data d
same "doctor --json" "$(keys_of)" "findings ok"
victim=$(find d/blobs -type f -size +20k | head -1)
printf 'x' | dd of="$victim" bs=1 seek=5000 conv=notrunc status=none
expect "doctor finds bit-rot" 1 "files: 1 of [0-9]+ files are damaged" doctor --data d
expect "doctor --repair" 1 "import the stick again" doctor --repair --data d
expect "import brings it back" 0 "^installed" import stick --data d
expect "doctor is content again" 0 "^ok +files" doctor --data d
echo 'idle_seconds = lots' >d/weike.conf
expect "config check names the line" 1 "weike.conf:1" config check --data d
expect "doctor reads the settings" 1 "settings: .*weike.conf:1" doctor --data d
"$ctl" config sample >d/weike.conf
expect "the sample is right" 0 "is right" config check --data d

# --- members and reports ---
expect "member add" 0 "^m7$" member add --name '王小明' --id m7 --pin 1234 --data d
expect "an id is taken once" 1 "m7" member add --name '别人' --id m7 --data d
expect "a PIN must be digits" 1 "PIN" member add --name '别人' --pin abc --data d
printf '\xef\xbb\xbf姓名,编号\n䶮𬭎,m8\n"=HYPERLINK(""x"")",m9\n' >roster.csv
expect "member import" 0 "2 members added, 0 updated" member import roster.csv --data d
printf 'name,id\n好,m10\n,m11\n' >roster2.csv
expect "member import: all or nothing" 1 "roster2.csv" member import roster2.csv --data d
run member list --json --data d
same "member list --json" "$(python3 -c 'import json,sys; print(sorted(m["id"] for m in json.load(sys.stdin)))' <<<"$out")" "['m7', 'm8', 'm9']"
same "no PIN is ever shown" "$(grep -c 1234 <<<"$out")" 0
"$ctl" report hours --csv --data d >hours.csv
same "report: BOM" "$(head -c 3 hours.csv | od -An -tx1 | tr -d ' ')" efbbbf
same "report: CRLF on every line" "$(grep -c $'\r$' hours.csv)" "$(wc -l <hours.csv)"
same "report: header" "$(head -1 hours.csv | cut -d, -f1)" $'\xef\xbb\xbf姓名 (full_name)'
same "report: zero is 0" "$(grep m8 hours.csv | cut -d, -f3-6)" "0,0,0,0"
same "report: formulas are guarded" "$(grep m9 hours.csv | cut -c1-3)" "\"'="
run report hours --json --data d
same "report --json" "$(keys_of)" "from_month members to_month"
expect "report: one form only" 2 "either --csv or --json" report hours --csv --json --data d
run statements --json --data d
same "statements: one JSON object a line" "$rc$(python3 -c 'import json,sys; [json.loads(l) for l in sys.stdin]' <<<"${out:-"{}"}")" 0
run statements --json --data d
before=$out
expect "member retire" 0 "王小明.*not on the sign-in wall.*records and hours stay" member retire m7 --data d
expect "member retire: nobody has that id" 1 'no member with the id "m70"' member retire m70 --data d
expect "member retire: whom?" 2 "ID is missing" member retire --data d
ids_of() { python3 -c 'import json,sys; print(sorted((m["id"], m["active"]) for m in json.load(sys.stdin)))' <<<"$out"; }
run member list --json --data d
same "a retired member is not on the wall" "$(ids_of)" "[('m8', True), ('m9', True)]"
run member list --retired --json --data d
same "a retired member is found again, with the PIN" "$(ids_of)$(grep -o '"has_pin": *true' <<<"$out" | tr -d ' ')" "[('m7', False)]\"has_pin\":true"
expect "status counts who is on the wall" 0 "members 2" status --data d
run statements --json --data d
same "statements stay" "$out" "$before"
expect "an id is not given to somebody else meanwhile" 1 "m7" member add --name '别人' --id m7 --data d
expect "member return" 0 "王小明 is on the sign-in wall again" member return m7 --data d
expect "member return: again is no error" 0 "王小明 is on" member return m7 --data d
expect "member return: nobody has that id" 1 'no member with the id "m70"' member return m70 --data d
run member list --json --data d
same "a returned member is on the wall" "$(ids_of)" "[('m7', True), ('m8', True), ('m9', True)]"
run member list --retired --json --data d
same "nobody is retired" "$out" "[]"
expect "technician pin" 0 "PIN is set" technician pin 135790 --data d
expect "technician pin: too short" 1 "PIN" technician pin 12 --data d

# --- usage ---
expect "no command" 2 "which command"
expect "unknown command" 2 'no command "frobnicate"' frobnicate
expect "half a command" 2 "member add, member import, member list, member retire, member return" member
expect "missing operand" 2 "TREE is missing" import
expect "missing option" 2 -- "--key KEY is missing" pack src --out x
expect "unknown option" 2 "no option --frob" status --frob
expect "one argument too many" 2 "one argument too many" import a b
expect "help" 0 "weikectl member add --name N" member add --help
expect "version" 0 "^weikectl " --version
if [ -w /dev/full ]; then
    "$ctl" --help >/dev/full 2>err.txt && rc=0 || rc=$?
    same "a full disk is not success" "$rc" 1
fi

# --- house weights ---
if ffmpeg -v error -h encoder=libopus >/dev/null 2>&1; then
    course 3
    expect "pack --renditions" 0 "published" pack src --key keys/weike.key --out made --renditions
    expect "verify what was made" 0 "org.example.fraud version 3" verify made --pub keys/weike.pub
    "$ctl" trust keys/weike.pub --data d3 >/dev/null
    expect "import what was made" 0 "installed" import made --data d3
fi
exit $status
