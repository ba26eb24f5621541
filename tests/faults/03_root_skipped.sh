#!/bin/bash
# Root 3 without root 2: root 1 stays, and the way is gone when root 2 comes.
source "$(dirname "$0")/kit.sh"
unit test_root skips_no_version follows_forty_steps
