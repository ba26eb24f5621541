#!/bin/bash
# The same packets by link and by two sticks, out of order, some twice: each statement once, no gap blocks a later one.
source "$(dirname "$0")/kit.sh"
unit test_send three_couriers a_keeper_that_lost_some
unit test_receipts random_packets_against_a_table
