#!/bin/bash
# A receipt that is forged, changed, cut, for another device or epoch, older, only "held", or for what was never sent: ignored.
source "$(dirname "$0")/kit.sh"
unit test_ack another_signer_is_refused signed_nonsense_is_refused which_ack_dominates
unit test_send receipts_that_are_not_for_us ways_to_say_no
