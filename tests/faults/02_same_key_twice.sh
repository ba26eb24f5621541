#!/bin/bash
# One key that signs twice is one key.
source "$(dirname "$0")/kit.sh"
unit test_envelope threshold_counts_different_keys
unit test_root must_be_signed_by_enough a_step_takes_both
