#!/bin/bash
# 416, 206 from another place, without a total, or with bytes of another place: what was verified stays, all comes.
source "$(dirname "$0")/kit.sh"
unit test_http odd_ranges
unit test_part a_part_that_is_too_long_is_worth_nothing
unit test_fetch_blob odd_ranges
