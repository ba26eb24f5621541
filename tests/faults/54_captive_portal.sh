#!/bin/bash
# A log-in page answers everything with 200: it is told apart, nothing of it is kept, nothing is marked done.
source "$(dirname "$0")/kit.sh"
source "$(dirname "$0")/link_kit.sh"
: "${ctl:=}" "${url:=}" "${out:=}"
unit test_fetch_blob log_in_pages
lessons
net_server "$WORK/www"
kiosk a "server = \"$url\""
net_rules "$url" '[{"match":".","do":"portal"}]'
ends a portal
shows a 0
[ "$(find "$WORK/a/incoming" "$WORK/a/tree" -type f 2>/dev/null | wc -l)" = 0 ] || fail "something of the page was kept"
net_rules "$url" '[]'
ends a 'done'
shows a 1
