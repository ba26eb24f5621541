#!/bin/bash
# A server that answers 500, 503 or 429, or 404 for what it listed: one short round, then patience as long as it asks.
source "$(dirname "$0")/kit.sh"
unit test_syncer test_a_storm_of_errors
unit test_pace test_failures_are_counted test_waits
unit test_fetch_blob errors_of_the_server
