#!/bin/bash
# An index that is not the one in the timestamp, a manifest that is not the one in the index: refused.
source "$(dirname "$0")/kit.sh"
unit test_install every_bad_tree_is_refused
unit test_root roles_keep_to_their_work older_lists_are_refused
