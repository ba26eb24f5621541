#!/bin/bash
# A certificate that has run out, is not valid yet, or is somebody else's: not believed, and a stick or plain signed HTTP
# still works; with the pinned key the dates do not matter, for no clock here is sure.
source "$(dirname "$0")/kit.sh"
source "$(dirname "$0")/link_kit.sh"
: "${ctl:=}" "${url:=}" "${out:=}"
need openssl faketime
unit test_http a_pinned_key
lessons
cert() { # NAME DAY
    faketime "$2" openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$WORK/$1.key" -out "$WORK/$1.crt" -days 10 \
        -subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1 >/dev/null 2>&1 || fail "no certificate"
}
pin() { echo "sha256//$(openssl x509 -in "$WORK/$1.crt" -pubkey -noout | openssl pkey -pubin -outform der | openssl dgst -sha256 -binary | openssl base64 -A)"; }
cert expired 2020-01-01
cert early 2090-01-01
cert stranger 2026-01-01
for c in expired early; do
    net_server "$WORK/www" --tls "$WORK/$c.crt" "$WORK/$c.key"
    https=https://127.0.0.1:${url##*:}
    kiosk $c "server = \"$https\""
    ends $c portal
    shows $c 0
    kiosk $c-other "server = \"$https\"" "tls_pin = \"$(pin stranger)\""
    ends $c-other portal
    shows $c-other 0
    kiosk $c-pinned "server = \"$https\"" "tls_pin = \"$(pin $c)\""
    ends $c-pinned 'done'
    shows $c-pinned 1
done
net_server "$WORK/www"
kiosk expired "server = \"$url\""
ends expired 'done'
"$ctl" import "$WORK/www" --data "$WORK/early" >/dev/null || fail "the stick does not help"
shows early 1
echo "records are sealed whatever carries them:"
unit test_packet only_the_county_opens
