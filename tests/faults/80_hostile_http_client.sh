#!/bin/bash
# Huge heads, endless bodies, slow bodies, thousands of sockets that say nothing: the hub answers others all the while, quickly,
# and its memory stays small.
source "$(dirname "$0")/kit.sh"
cleanup() { hubs_end; }
source "$ROOT/tests/hub/kit.sh"
unit test_guard in_a_crowd_heads_must_come_at_once slow_head slow_body_has_time_for_its_length waiting_for_us_is_no_fault
hub_start hub --connections 600 --per-ip 300 || fail "it starts"
python3 "$ROOT/tests/hub/hostile.py" "${HUB_PORT[hub]}" "${HUB_PID[hub]}" || fail "it did not answer others, or grew"
hub_stop hub || fail "it did not end cleanly"
