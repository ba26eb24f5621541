#!/bin/bash
# Names with ../, absolute, with a drive letter or NUL, and hashes that are paths: the package is refused.
source "$(dirname "$0")/kit.sh"
unit test_install every_bad_tree_is_refused
unit test_tree reads_within_bounds paths
unit test_shrink bad_packs_are_refused
