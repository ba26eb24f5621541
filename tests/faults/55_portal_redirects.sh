#!/bin/bash
# A log-in page that redirects, also to https with a certificate of nobody: not followed; and https that is not the
# server's is the same plain state, no alarm.
source "$(dirname "$0")/kit.sh"
source "$(dirname "$0")/link_kit.sh"
: "${ctl:=}" "${url:=}" "${out:=}"
need openssl
unit test_http redirects_are_not_followed
unit test_fetch_blob redirects
lessons
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$WORK/p.key" -out "$WORK/p.crt" -days 10 -subj /CN=login.example \
    >/dev/null 2>&1 || fail "no certificate"
mkdir -p "$WORK/page"
net_server "$WORK/page" --tls "$WORK/p.crt" "$WORK/p.key"
login=https://127.0.0.1:${url##*:}
net_server "$WORK/www"
kiosk a "server = \"$url\""
net_rules "$url" "[{\"match\":\".\",\"do\":\"status\",\"n\":302,\"location\":\"$login/\"}]"
ends a portal
[ "$(curl -sk --noproxy '*' "$login/!log")" = "[]" ] || fail "the redirect was followed"
kiosk b "server = \"$login\""
ends b portal
shows b 0
