#!/bin/bash
# Another county's records: carried untouched, and readable by nobody on the way.
source "$(dirname "$0")/kit.sh"
unit test_stick packets_of_others_are_left_alone a_carrier_cannot_open_packets
