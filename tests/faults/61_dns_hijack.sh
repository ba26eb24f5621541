#!/bin/bash
# The name of the server leads to somebody else's, or nowhere: the same plain states as without a link.
source "$(dirname "$0")/kit.sh"
source "$(dirname "$0")/link_kit.sh"
: "${ctl:=}" "${url:=}" "${out:=}"
unit test_http nobody_there
lessons
net_server "$WORK/www"
port=${url##*:}
kiosk nowhere "server = \"http://no-such-name.invalid\""
ends nowhere no-link
[ "$(id -u)" = 0 ] && unshare -m true 2>/dev/null || not_here "a false name needs a mount namespace of our own (root); a name that leads nowhere was shown"
net_rules "$url" '[{"match":".","do":"portal"}]'
kiosk hijacked "server = \"http://lessons.example:$port\""
echo "127.0.0.1 lessons.example" >"$WORK/hosts"
hijack() { timeout 60 unshare -m sh -c "mount --bind '$WORK/hosts' /etc/hosts && exec '$ctl' sync --once --json --data '$WORK/hijacked'" 2>"$WORK/err.txt"; }
out=$(hijack)
grep -q '"end":"portal"' <<<"$out" || fail "hijacked: $out $(cat "$WORK/err.txt")"
shows hijacked 0
net_rules "$url" '[]'
out=$(hijack)
grep -q '"end":"done"' <<<"$out" || fail "resolved: $out $(cat "$WORK/err.txt")"
shows hijacked 1
echo "a false name: portal; the right one again: done"
