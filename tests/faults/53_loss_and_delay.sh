#!/bin/bash
# A line of two seconds there and back, and one that loses 15 of 100 packets: slow, but everything comes.
source "$(dirname "$0")/kit.sh"
source "$(dirname "$0")/link_kit.sh"
: "${ctl:=}" "${url:=}" "${out:=}"
lessons
net_server "$WORK/www"
port=${url##*:}
net_proxy "$port" --delay 1
kiosk late "server = \"$url\""
PULL_SECONDS=120 ends late 'done'
shows late 1
[ "$(id -u)" = 0 ] && unshare -n true 2>/dev/null || not_here "losing packets needs a network namespace of our own (root); the delay was shown"
command -v nft >/dev/null || not_here "nft is not installed; the delay was shown"
cat >"$WORK/lossy.sh" <<END
set -eu
ip link set lo up
nft -f - <<'RULES' || exit 77
table inet loss { chain in { type filter hook input priority 0; iif lo meta l4proto tcp numgen random mod 100 < 15 drop; }; }
RULES
mkfifo "$WORK/hold2"; exec 9<>"$WORK/hold2"
python3 "$ROOT/tests/net/server.py" "$WORK/www" <&9 >"$WORK/port" & server=\$!
trap 'kill \$server' EXIT
until [ -s "$WORK/port" ]; do read -r -t 0.1 <&9 || :; done
echo "server = \"http://127.0.0.1:\$(cat "$WORK/port")\"" >"$WORK/lossy/weike.conf"
timeout 100 "$ctl" sync --once --json --data "$WORK/lossy"
END
kiosk lossy
out=$(unshare -n bash "$WORK/lossy.sh" 2>"$WORK/err.txt")
[ $? != 77 ] || not_here "the kernel cannot drop packets by chance; the delay was shown"
grep -q '"end":"done"' <<<"$out" || fail "with loss: $out $(cat "$WORK/err.txt")"
shows lossy 1
echo "lossy: done"
