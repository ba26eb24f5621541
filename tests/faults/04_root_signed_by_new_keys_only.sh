#!/bin/bash
# New keys cannot put themselves in: enough of the old ones must sign too.
source "$(dirname "$0")/kit.sh"
unit test_root new_keys_alone_are_refused a_step_takes_both
