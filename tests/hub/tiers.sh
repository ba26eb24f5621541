#!/bin/bash
# tiers.sh BUILD [N]: two village hubs -> township -> county as real processes, N statements through everything that goes wrong
# (see hub_tiers.c); on the way the township is killed (-9) and a village hub is stopped for a while.
set -u
BUILD=$(cd "$1" && pwd)
N=${2:-6000}
cd "$(dirname "$0")/../.." || exit 1
export BUILD WEIKE_LOG=${WEIKE_LOG:-error} LC_ALL=C.UTF-8
WORK=$(mktemp -d)
source tests/hub/kit.sh
trap 'hubs_end; rm -rf "$WORK"' EXIT
[ -x "$BUILD/test/hub_tiers" ] || make -s -f tests/hub/hub.mk BUILD="$BUILD" hub-tools >/dev/null || { echo "not ok tiers: driver does not build"; exit 1; }
more=(--per-ip 0 --quota 4096 --device-quota 1024)
hub_start county "${more[@]}" || exit 1
hub_joins township county || { echo "not ok tiers: township cannot join"; exit 1; }
hub_start township --upstream "${HUB_URL[county]}" --now "${more[@]}" || exit 1
for v in east west; do
    hub_joins $v township || { echo "not ok tiers: $v cannot join"; exit 1; }
    hub_start $v --upstream "${HUB_URL[township]}" --now "${more[@]}" || exit 1
done
"$BUILD/test/hub_tiers" "$N" "$WORK" "$WORK/county=${HUB_URL[county]}" "$WORK/township=${HUB_URL[township]}" \
    "$WORK/east=${HUB_URL[east]}" "$WORK/west=${HUB_URL[west]}" >"$WORK/driver.out" 2>"$WORK/driver.err" &
driver=$!
sleep 2
hub_stop township KILL
sleep 1
hub_start township --upstream "${HUB_URL[county]}" --now "${more[@]}" || exit 1
hub_stop east
sleep 1
hub_start east --upstream "${HUB_URL[township]}" --now "${more[@]}" || exit 1
wait $driver
rc=$?
cat "$WORK/driver.out"
if [ $rc -ne 0 ]; then
    tail -20 "$WORK/driver.err"
    for h in county township east west; do tail -3 "$WORK/$h.log"; "$BUILD/weike-hub" status --data "$WORK/$h"; done
    echo "not ok tiers: stored is not sent"
    exit 1
fi
left=$(($(find "$WORK"/{township,east,west}/packets -type f | wc -l)))
echo "ok tiers: three tiers, $N statements, each stored once; $left packets still in custody"
