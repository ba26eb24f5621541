#!/bin/bash
# A full disk at each write of taking a packet: 507 and nothing stored, or 200 and all of it; room again, and it goes in. Then a
# real hub on a small full disk, where this machine allows to mount one.
source "$(dirname "$0")/kit.sh"
unit test_ingest full_disk_never_acks
unit test_ledger a_failed_write_is_told_and_the_next_one_works one_that_fails_takes_no_other_with_it
cleanup() { hubs_end 2>/dev/null; umount "$WORK/small" 2>/dev/null; }
mkdir -p "$WORK/small"
if ! mount -t tmpfs -o size=3m none "$WORK/small" 2>/dev/null; then
    echo "a real small disk: not possible here, because nothing may be mounted; the unit tests above fail each write instead"
    exit 0
fi
make -s -C "$ROOT" -f tests/hub/hub.mk BUILD="$BUILD" hub-tools >/dev/null 2>&1 || fail "its driver does not build"
source "$ROOT/tests/hub/kit.sh"
ln -s small/hub "$WORK/hub"
mkdir -p "$WORK/small/hub"
hub_start hub || fail "it starts"
code=$("$BUILD/weike-hub" enrol village --data "$WORK/hub" 2>/dev/null)
[ "$("$BUILD/test/hub_terminal" "$WORK/t" enrol "${HUB_URL[hub]}" "$code")" = 200 ] || fail "enrol"
stored=0 full=0
for i in $(seq 0 400); do
    answer=$("$BUILD/test/hub_terminal" "$WORK/t" put "${HUB_URL[hub]}" $((i * 200 + 1)) $((i * 200 + 200)))
    case $answer in
    "200 stored"*) stored=$((stored + 200)) ;;
    507*) full=$((full + 1)); [ $full -ge 3 ] && break ;;
    *) fail "answer: $answer" ;;
    esac
done
[ $full -ge 3 ] || fail "the disk never was full"
[ "$(curl -s -o /dev/null -w '%{http_code}' "${HUB_URL[hub]}/metrics")" = 200 ] || fail "it still answers"
[ "$(hub_field hub statements)" = "$stored" ] || fail "stored $(hub_field hub statements), acknowledged $stored"
rows=$(python3 -c 'import sqlite3,sys; print(sqlite3.connect("file:%s/hub.db?mode=ro" % sys.argv[1], uri=True).execute("select count(*) from statement").fetchone()[0])' "$WORK/hub")
[ "$rows" = "$stored" ] || fail "rows $rows, acknowledged $stored"
echo "a disk of 3 MB: $stored statements acknowledged and stored, then 507; the hub still answers"
