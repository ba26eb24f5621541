#!/bin/bash
# upgrade.sh BUILD [all]: what people have who come from an older version (tests/upgrade/VERSION, made by that version) opens
# and is whole: a village cut off in a meeting, one that lives by stick, a stick, a township's and a county's hub. Then the
# first start is killed at its writes: some of them, or with "all" each one.
set -u
build=$(cd "$1" && pwd) which=${2:-slice}
root=$(cd "$(dirname "$0")/../.." && pwd)
cd "$root" || exit 1
WORK=$(mktemp -d) BUILD=$build status=0
export BUILD SDL_AUDIODRIVER=dummy TZ=Asia/Shanghai LC_ALL=C.UTF-8 WEIKE_LOG=error
unset WEIKE_DATA
# shellcheck source=tests/hub/kit.sh
source tests/hub/kit.sh
trap 'hubs_end; rm -rf "$WORK"' EXIT
ok() { echo "ok upgrade: $1"; }
bad() { echo "not ok upgrade: $1"; shift; printf '    %s\n' "$@"; status=1; }
facts() { python3 tests/upgrade/facts.py "$@" | LC_ALL=C sort; }
hub=$build/weike-hub ctl=$build/weikectl
# The oldest first: what it kept is still readable, whichever versions came between.
for made in tests/upgrade/*/; do
    from=$(basename "$made") old=$WORK/$(basename "$made")
    mkdir "$old"
    tar -C "$old" -xf "$made/data.tar.xz"

    # --- all of it, by every program ---
    cp -a "$old" "$old.seen"
    if [ -z "${DISPLAY:-}" ]; then echo "skip upgrade: no X display: not all programs look at it"
    elif ! tests/upgrade/see.sh "$build" "$old.seen" >"$WORK/seen" 2>"$WORK/err"; then bad "from $from: it is looked at" "$(tail -n 3 "$WORK/err")"
    elif difference=$(diff "$made/expected.txt" "$WORK/seen"); then ok "from $from: all that $(wc -l <"$WORK/seen") lines say is as it was"
    else bad "from $from: what people own has changed" "$(head -n 20 <<<"$difference" | cut -c1-300)" "$(tail -n 3 "$WORK/err")"; fi
    for v in village outlying; do
        "$build/test/start_once" "$old.seen/$v" >"$WORK/out" 2>&1
        facts $v "$old.seen/$v/weike.db" >"$WORK/first"
        "$build/test/start_once" "$old.seen/$v" >"$WORK/out" 2>&1
        facts $v "$old.seen/$v/weike.db" | diff "$WORK/first" - >"$WORK/diff" && ok "from $from: a second start of $v changes nothing" ||
            bad "from $from: a second start of $v" "$(head -n 10 "$WORK/diff" | cut -c1-300)"
    done
    # The database of the new version is spoiled while the only backup is the old version's.
    cp -a "$old/village" "$WORK/spoiled"
    if compgen -G "$WORK/spoiled/backup/*" >/dev/null; then
        rm -f "$WORK/spoiled/weike.db-wal" "$WORK/spoiled/weike.db-shm"
        dd if=/dev/urandom of="$WORK/spoiled/weike.db" bs=4096 count=3 conv=notrunc 2>/dev/null
        "$build/test/start_once" "$WORK/spoiled" >"$WORK/out" 2>&1
        facts village "$WORK/spoiled/weike.db" | grep -c '^village member ' | grep -qx 5 && ok "from $from: its backup is taken when the database is spoiled" ||
            bad "from $from: the backup" "$(cat "$WORK/out")"
    fi
    rm -rf "$WORK/spoiled"

    # --- old and new together ---
    WEIKE_HARDWARE=outlying "$ctl" stick import "$old/stick" --data "$old.seen/outlying" >"$WORK/out" 2>&1 && ok "from $from: its stick is read" || bad "from $from: its stick" "$(cat "$WORK/out")"
    "$hub" stick "$old/stick" --data "$old.seen/county" >"$WORK/out" 2>&1 && ok "from $from: its hub takes the bag of a stick" || bad "from $from: a stick at its hub" "$(cat "$WORK/out")"
    has=$("$hub" hours "$(cat "$old/month")" --data "$old.seen/county" 2>&1)
    grep -q 'w1 .*远村' <<<"$has" && ok "from $from: what the stick brought counts" || bad "from $from: hours after the stick" "$has"
    if hub_start "$from.seen/county"; then
        sed -i "s|^server = .*|server = \"${HUB_URL[$from.seen/county]}\"|" "$old.seen/outlying/weike.conf"
        WEIKE_HARDWARE=outlying timeout 60 "$ctl" sync --once --json --data "$old.seen/outlying" >"$WORK/out" 2>&1
        grep -q '"waiting":0' "$WORK/out" && ok "from $from: its village sends all to its hub" || bad "from $from: records wait" "$(cat "$WORK/out")"
        hub_stop "$from.seen/county"
    else bad "from $from: its hub serves"; fi

    # --- the first start cut off at each of its writes ---
    for village in village outlying; do
        cp -a "$old/$village" "$WORK/whole"
        writes=$("$build/test/start_once" "$WORK/whole" 2>"$WORK/err") || { bad "from $from: $village starts" "$(cat "$WORK/err")"; continue; }
        facts "$village" "$WORK/whole/weike.db" >"$WORK/want"
        survived=0 cuts=0 step=1
        [ "$which" = all ] || step=$((writes / 12 + 1))
        for ((n = 1; n <= writes; n += step)); do
            rm -rf "$WORK/cut"
            cp -a "$old/$village" "$WORK/cut"
            { "$build/test/start_once" "$WORK/cut" $n >"$WORK/out" 2>&1; } 2>/dev/null # killed
            "$build/test/start_once" "$WORK/cut" >"$WORK/out" 2>&1
            cuts=$((cuts + 1))
            facts "$village" "$WORK/cut/weike.db" >"$WORK/got" 2>&1
            if diff "$WORK/want" "$WORK/got" >"$WORK/diff"; then survived=$((survived + 1)); else bad "from $from: $village cut at write $n of $writes" "$(head -n 6 "$WORK/diff" | cut -c1-300)" "$(head -n 3 "$WORK/out")"; fi
        done
        [ "$survived" = "$cuts" ] && ok "from $from: $village whole after $survived of $cuts cuts in $writes writes"
        rm -rf "$WORK/whole" "$WORK/cut"
    done

    # --- the hubs' first start, likewise ---
    for h in county town; do
        cp -a "$old/$h" "$WORK/cut"
        survived=0
        for ms in 2 5 10 20 40 80; do # its writes are not counted; it is killed early and late
            { timeout -s KILL "0.$(printf %03d $ms)" "$hub" status --data "$WORK/cut" >"$WORK/out" 2>&1; } 2>/dev/null
            "$hub" status --data "$WORK/cut" >"$WORK/out" 2>&1 && survived=$((survived + 1))
        done
        facts "$h" "$WORK/cut/hub.db" >"$WORK/got"
        facts "$h" "$old/$h/hub.db" | diff - "$WORK/got" >"$WORK/diff" && [ "$survived" = 6 ] && ok "from $from: $h opens after $survived kills, unchanged" || bad "from $from: $h, $survived of 6" "$(head -n 6 "$WORK/diff")"
        rm -rf "$WORK/cut"
    done
done
exit $status
