#!/bin/bash
# A frame that asks for a window of 2 GiB is refused before any memory is taken.
source "$(dirname "$0")/kit.sh"
unit test_zst large_window_is_refused
unit test_patch bombs_stay_small
