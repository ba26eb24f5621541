#!/bin/bash
# A township whose link is gone for months: packets wait, 80 % of the room warns, a full store refuses new ones and drops none.
source "$(dirname "$0")/kit.sh"
unit test_carry months_offline_wait_and_warn_at_80_percent only_what_is_covered_is_settled oldest_first_and_a_refused_one_blocks_nobody files_without_rows_are_taken_in_again
