#!/bin/bash
# A few kilobytes that unpack to gigabytes: stopped at the signed size, as a list and as a patch.
source "$(dirname "$0")/kit.sh"
unit test_zst bomb_is_refused
unit test_install every_bad_tree_is_refused
unit test_patch bombs_stay_small
