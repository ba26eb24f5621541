#!/bin/bash
# What nobody signed, or a stranger did, is refused before a byte of it is parsed, and the stranger's key is named.
source "$(dirname "$0")/kit.sh"
unit test_install every_bad_tree_is_refused nobody_is_trusted_at_first
unit test_envelope unsigned_is_said unknown_keys_are_named every_flipped_byte_is_refused
unit test_root roles_keep_to_their_work
