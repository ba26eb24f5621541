#!/bin/bash
# The county's database is restored from yesterday: its receipts ask for what is missing, and the terminals' kept records fill it.
source "$(dirname "$0")/kit.sh"
unit test_ingest database_of_yesterday_asks_for_the_rest a_health_packet_alone_reveals_the_hole
