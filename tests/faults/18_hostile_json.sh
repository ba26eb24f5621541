#!/bin/bash
# JSON of 100 MB, nested 100,000 deep, with 1e999 or endless digits: refused, no crash.
source "$(dirname "$0")/kit.sh"
unit test_install every_bad_tree_is_refused
unit test_tree bad_timestamps
unit test_course test_sizes_are_bounded
