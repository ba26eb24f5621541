#!/bin/bash
# A line that never carries more than 250 KB at a time: everything comes, no byte of a body twice.
source "$(dirname "$0")/kit.sh"
source "$(dirname "$0")/link_kit.sh"
: "${ctl:=}" "${url:=}" "${out:=}"
unit test_fetch cuts_cost_nothing cut_lists_go_on
lessons 3
net_nginx "$WORK/www"
net_proxy "${url##*:}" --cut 250000
kiosk a "server = \"$url\""
ends a 'done'
shows a 1
read -r _ connections cuts <<<"$(net_stats)"
[ "$cuts" -ge 8 ] || fail "only $cuts cuts"
size=$(cat "$WORK"/a/blobs/*/* | wc -c)
bytes=$(grep -oE '"bytes":[0-9]+' <<<"$out" | cut -d: -f2)
[ $((bytes - connections * 460 - 8000)) -le "$size" ] || fail "$bytes bytes for $size"
echo "$cuts cuts: $bytes bytes on the wire, heads and lists included, for $size"
