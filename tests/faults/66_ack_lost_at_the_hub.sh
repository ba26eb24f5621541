#!/bin/bash
# The hub committed, its answer was lost: the same or newly sealed packet gets the receipt again, nothing counts twice.
source "$(dirname "$0")/kit.sh"
unit test_ingest lost_ack_is_given_again
unit test_send a_lost_ack held_is_not_stored
