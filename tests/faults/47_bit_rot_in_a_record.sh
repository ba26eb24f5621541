#!/bin/bash
# A flipped bit in a record: its hash does not fit, it is quarantined with the reason and never goes up.
source "$(dirname "$0")/kit.sh"
unit test_repair test_flipped_bit_in_a_statement
unit test_outbox test_bit_rot
unit test_send a_damaged_row_never_leaves
