#!/bin/bash
# A stolen key is taken away by two root keys, not by one; what only it had signed goes, the rest stays without being copied again.
source "$(dirname "$0")/kit.sh"
unit test_root what_a_revoked_key_signed_goes recovers_from_a_fast_forward
unit test_root_edit online_keys_are_replaced a_lost_root_key_is_replaced
