#!/bin/bash
# Killed at each write of two steps from root to root: always at a whole root, and on to the end next time.
source "$(dirname "$0")/kit.sh"
unit test_root power_cut_between_steps rotten_root_is_walked_again
