#!/bin/bash
# An admin form sent a second time, an old one, one from before a restart: refused. (tests/e2e/hub.sh does it over HTTP, too.)
source "$(dirname "$0")/kit.sh"
cleanup() { hubs_end; }
source "$ROOT/tests/hub/kit.sh"
need curl
unit test_admin a_form_works_once
hub_start hub || fail "it starts"
U=${HUB_URL[hub]} first=$(sed -nE 's/.*first: ([a-z0-9-]{14}).*/\1/p' "$WORK/hub.out")
nonce_of() { curl -s "$@" "$U/status" | grep -oE 'value="[0-9a-f]{32}"' | head -1 | grep -oE '[0-9a-f]{32}'; }
post() { curl -s -o /dev/null -w '%{http_code}' "$@"; }
[ "$(post -d "nonce=$(nonce_of)&code=$first&name=li&password=correct+horse&again=correct+horse" "$U/admin/setup")" = 303 ] || fail "first operator"
n=$(nonce_of -u 'li:correct horse')
[ "$(post -u 'li:correct horse' -d "nonce=$n&name=a" "$U/admin/enrol")" = 200 ] || fail "a form works"
[ "$(post -u 'li:correct horse' -d "nonce=$n&name=a" "$U/admin/enrol")" = 409 ] || fail "a replayed form is refused"
n=$(nonce_of -u 'li:correct horse')
hub_stop hub
hub_start hub || fail "it starts again"
[ "$(post -u 'li:correct horse' -d "nonce=$n&name=a" "${HUB_URL[hub]}/admin/enrol")" = 409 ] || fail "a form from before the restart is refused"
[ "$("$BUILD/weike-hub" audit --json --data "$WORK/hub" | grep -o '"act":"code for site"' | wc -l)" = 1 ] || fail "it was done once"
echo "replayed forms: refused, and done once"
