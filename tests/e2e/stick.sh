#!/bin/bash
# stick.sh BUILD: a stick between the county's hub and villages without any link, as technicians carry it; then on the file
# systems that sticks have.
set -u
source "$(dirname "$0")/../faults/kit.sh"
source "$ROOT/tests/faults/stick_kit.sh"
source "$ROOT/tests/hub/kit.sh"
cd "$WORK" || exit 1
export SOURCE_DATE_EPOCH=1795000000
unset WEIKE_DATA
status=0 out='' err='' rc=0
hub=$BUILD/weike-hub
trap 'hubs_end; cleanup 2>/dev/null; rm -rf "$WORK"' EXIT

run() { out=$("$CTL" "$@" 2>err.txt) && rc=0 || rc=$?; err=$(cat err.txt); }
ok() { echo "ok stick: $1"; }
bad() { echo "not ok stick: $1"; echo "    rc $rc"; printf '%s\n' "$out" "$err" | sed 's/^/    /'; status=1; }
same() { if [ "$2" = "$3" ]; then ok "$1"; else out="got  $2" err="want $3" bad "$1"; fi; } # NAME GOT WANT
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
field() { python3 -c 'import json,sys; d=json.load(sys.stdin)
for k in sys.argv[1].split("."): d = d[int(k)] if isinstance(d, list) else d[k]
print(d)' "$1" <<<"$out"; }

# --- usage ---
expect "no folder: usage" 2 'DIR is missing' stick export
"$CTL" member add --name 张三 --data v0 >/dev/null
expect "no such stick, said plainly" 1 'is the stick plugged in' stick export nowhere --data v0
mkdir plain && echo x >plain/holiday.txt
expect "a stick that is not ours" 1 'not prepared for Weike' stick import plain --data v0
same "is left as it was" "$(ls -A plain)" holiday.txt
expect "status of it" 0 'not prepared for Weike' stick status plain --data v0

# --- the county: keys, lessons, hub ---
mkdir -p src
ffmpeg -nostdin -v error -y -f lavfi -i sine=d=30 -ac 1 -ar 44100 -c:a pcm_s16le src/a.mkv
lesson() {
    cat >src/course.json <<END
{"id": "org.example.fraud", "version": $1, "title": {"zh-CN": "防骗", "en": "Fraud"}, "category": "safety",
 "lessons": [{"id": "6a1de1b4-5d0e-4c57-9a53-0d8e7c1f2a01", "title": "一", "media": "a.mkv"}]}
END
}
lesson 1
hub_start county || { echo "not ok stick: the hub does not start"; exit 1; }
"$CTL" root init keys --county county/county/county.pub >/dev/null && "$CTL" publish src --repo county/repo --keys keys >/dev/null || { echo "not ok stick: publish"; exit 1; }
"$CTL" trust county/repo/root/1.root --data county >/dev/null || { echo "not ok stick: the hub trusts the root"; exit 1; }
for v in v1 v2; do
    code=$("$hub" enrol "$v" --data county 2>/dev/null)
    mkdir -p $v && printf 'server = "%s"\n' "${HUB_URL[county]}" >$v/weike.conf
    WEIKE_HARDWARE=$v "$CTL" enrol "$code" --data $v >enrol.txt 2>&1 || { cat enrol.txt; echo "not ok stick: enrol"; exit 1; }
    "$CTL" trust keys/1.root --data $v >/dev/null 2>&1 || "$CTL" trust county/repo/root/1.root --data $v >/dev/null
    printf '' >$v/weike.conf # from here on there is no link
done
v1() { WEIKE_HARDWARE=v1 run "$@" --data v1; }
v2() { WEIKE_HARDWARE=v2 run "$@" --data v2; }
"$MAKE" records v1 700
"$MAKE" records v2 30
hub_stop county

# --- county -> village -> village -> county ---
mkdir stick stick2
"$hub" stick stick --data county >hub.txt 2>&1 || { cat hub.txt; echo "not ok stick: weike-hub stick"; }
v1 stick import stick; same "lessons come from the county's stick" "$rc $(grep -c '^installed: org.example.fraud version 1' <<<"$out")" "0 1"
v1 stick export stick; same "records go out on it" "$rc $(grep -o '700 of 700 waiting records' <<<"$out")" "0 700 of 700 waiting records"
grep -q 'may be pulled out' <<<"$out" && ok "and are read back" || bad "and are read back"
if grep -rqaE "terminated|village.example" stick/WEIKE/up; then bad "sealed"; else ok "sealed"; fi
v2 stick import stick; same "the second village takes its lessons" "$rc" 0
v2 stick export stick; same "and adds its records" "$rc $(grep -o '30 of 30' <<<"$out")" "0 30 of 30"
grep -qE '[0-9]+ packets of other sites' <<<"$out" && ok "beside those of the first" || bad "beside those of the first"
v1 stick export stick2; same "a new stick is filled in the village" "$rc" 0
"$CTL" trust county/repo/root/1.root --data v3 >/dev/null
expect "and serves a third that never saw the county" 0 'installed: org.example.fraud' stick import stick2 --data v3
before=$("$hub" status --json --data county | python3 -c 'import json,sys; print(json.load(sys.stdin)["statements"])')
"$hub" stick stick --data county >hub.txt 2>&1 || cat hub.txt
after=$("$hub" status --json --data county | python3 -c 'import json,sys; print(json.load(sys.stdin)["statements"])')
same "the county has all of it" $((after - before)) 730
"$hub" stick stick --data county >/dev/null 2>&1
same "and nothing twice" "$("$hub" status --json --data county | python3 -c 'import json,sys; print(json.load(sys.stdin)["statements"])')" "$after"
v1 stick import stick; same "the receipt comes home" "$rc $(grep -o '700 records have arrived' <<<"$out")" "0 700 records have arrived"
v1 stick export stick --json; same "what was receipted leaves the stick" "$(field packets_removed) $(field records_waiting) $(field safe)" "4 0 True"
v1 stick status stick --json; same "status knows who signed it" "$(field content.signer_ok) $(field content.version)" "True 1"
same "its keys are sorted" "$(python3 -c 'import json,sys; d=json.load(sys.stdin); print(list(d)==sorted(d))' <<<"$out")" True
v2 stick import stick --json; same "the other one, too" "$(field records_receipted) $(field end)" "30 finished"

# --- news, on an old stick ---
lesson 2
"$CTL" publish src --repo county/repo --keys keys >/dev/null
mkdir stick3
"$hub" stick stick3 --data county >/dev/null 2>&1
v2 stick import stick3; same "news reach one village" "$rc $(grep -c 'version 2' <<<"$out")" "0 1"
v2 stick import stick; same "an older stick is refused" "$rc $(grep -c older <<<"$err")" "1 1"
v2 stick export stick; same "but brought up to date" "$rc" 0
v1 stick import stick; same "and so the other village hears of it" "$rc $(grep -c 'installed.*version 2' <<<"$out")" "0 1"

# --- the key that signs lists changes ---
"$CTL" root rotate keys --replace timestamp >rotate.txt 2>&1 || cat rotate.txt
draft=$(find keys -name '*.draft' | head -1)
for k in keys/root-1/weike.key keys/root-2/weike.key; do "$CTL" root sign "$draft" --key $k >>rotate.txt 2>&1 || cat rotate.txt; done
lesson 3
"$CTL" publish src --repo county/repo --keys keys >publish.txt 2>&1 || cat publish.txt
mkdir stick4
"$hub" stick stick4 --data county >/dev/null 2>&1
v2 stick import stick4; same "a new root comes by stick" "$rc $(grep -c 'version 3' <<<"$out")" "0 1"
v2 stick export stick; same "and goes on, over a list of the old key" "$rc $([ -e stick/WEIKE/repo/root/2.root ] && echo 2.root)" "0 2.root"
v1 stick import stick; same "to a village that knew only the old one" "$rc $(grep -c 'installed.*version 3' <<<"$out")" "0 1"

# --- a stick full of older lessons ---
small() {
    mkdir -p small
    mount -t tmpfs -o size="$1" tmpfs "$WORK/small" 2>/dev/null || { echo "skip stick: a full stick: only root may mount a small one"; return 1; }
    mounted+=("$WORK/small")
}
if small 5m; then
    cp -r stick/WEIKE small/ # a film of 2.6 MB
    ffmpeg -nostdin -v error -y -f lavfi -i sine=f=880:d=31 -ac 1 -ar 44100 -c:a pcm_s16le src/a.mkv
    lesson 4
    "$CTL" publish src --repo county/repo --keys keys >publish.txt 2>&1 || cat publish.txt
    mkdir stick5
    "$hub" stick stick5 --data county >/dev/null 2>&1
    v2 stick import stick5; same "another film reaches one village" "$rc $(grep -c 'version 4' <<<"$out")" "0 1"
    v2 stick export small; same "the older one makes room for it" "$rc $(find small/WEIKE/repo/b -type f -size +2000k | wc -l)" "0 1"
    expect "and it is whole" 0 'installed.*version 4' stick import small --data v3
fi

# --- file systems ---
on_file_system() { # TYPE
    local d=$WORK/d-$1 m=$WORK/m-$1
    if ! real_stick "$1" 64 "$m"; then
        echo "skip stick: on $1: $why"
        return
    fi
    cp -r v1 "$d"; "$MAKE" records "$d" 450
    WEIKE_HARDWARE=v1 run stick export "$m" --data "$d"
    same "$1: export" "$rc $(grep -o '450 of 450' <<<"$out") $(grep -c 'may be pulled' <<<"$out")" "0 450 of 450 1"
    unplug "$m"
    case $1 in
        exfat) fsck.exfat -n "$WORK/exfat.img" >fsck.txt 2>&1 ;;
        ntfs) ntfsfix -n "$WORK/ntfs.img" >fsck.txt 2>&1 ;;
        *) e2fsck -fn "$WORK/$1.img" >fsck.txt 2>&1 ;;
    esac && ok "$1: the file system is sound" || { cat fsck.txt; bad "$1: the file system is sound"; }
    real_stick "$1" 64 "$m" || { bad "$1: again"; return; }
    same "$1: all records came through" "$("$hub" stick "$m" --data county 2>&1 | head -1 | cut -d, -f1 | cut -d' ' -f2-)" "packets taken"
    WEIKE_HARDWARE=v1 run stick import "$m" --data "$d"
    same "$1: the receipt" "$(grep -o '450 records have arrived' <<<"$out")" "450 records have arrived"
    WEIKE_HARDWARE=v1 run stick export "$m" --data "$d" --json
    same "$1: overwriting and removing" "$(field packets_removed) $(field end) $(field safe)" "3 finished True"
    run stick import "$m" --data "$WORK/v3"
    [ "$1" != exfat ] || same "$1: lessons" "$rc $(grep -cE 'version [34]' <<<"$out")" "0 1"
    unplug "$m"
    real_stick "$1" 64 "$m" ro || { bad "$1: read-only"; return; }
    "$MAKE" records "$d" 3
    WEIKE_HARDWARE=v1 run stick export "$m" --data "$d"
    same "$1: write-protected" "$rc $(grep -cE 'read-only|write-protected' <<<"$err")" "1 1"
    unplug "$m"
}
for fs in exfat ntfs ext4; do on_file_system $fs; done
exit $status
