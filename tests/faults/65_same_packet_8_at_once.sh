#!/bin/bash
# The same packet twice, and eight times at once: one copy, all answered.
source "$(dirname "$0")/kit.sh"
unit test_ingest stored_once_and_acked same_packet_eight_at_once
