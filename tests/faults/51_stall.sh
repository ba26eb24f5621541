#!/bin/bash
# The network stalls in the middle of a file: the try ends after the stall limit, later ones go on where it was.
source "$(dirname "$0")/kit.sh"
unit test_http stalls_end nobody_there
unit test_fetch_blob stalls_end_and_go_on
