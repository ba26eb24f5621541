#!/bin/bash
# A server that never stops sending: the list ends at 1 KiB, a blob at its signed size; nothing of it is kept.
source "$(dirname "$0")/kit.sh"
unit test_http endless_things_end
unit test_fetch_blob endless_data_stops
