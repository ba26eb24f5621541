#!/bin/bash
# One byte at a time: given up after the stall limit, what came is kept.
source "$(dirname "$0")/kit.sh"
unit test_http stalls_end
unit test_fetch_blob a_drip_is_a_link_that_is_gone
