#!/bin/bash
# A lesson is updated while it is watched: the old one plays on and counts for what it was.
source "$(dirname "$0")/kit.sh"
unit test_library test_update_while_open test_sweep
