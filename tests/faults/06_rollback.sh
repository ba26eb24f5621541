#!/bin/bash
# An older list, an older channel in a newer list, an older package: refused, nothing changes.
source "$(dirname "$0")/kit.sh"
unit test_install older_lists_are_refused every_bad_tree_is_refused
unit test_root older_lists_are_refused
unit test_trust accepts_by_signed_dates_only
