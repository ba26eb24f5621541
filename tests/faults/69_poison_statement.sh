#!/bin/bash
# One statement that an LRS refuses, knows otherwise, or stumbles over: the others go, it is put aside with the reason. The
# county's receipt names what it refused. tests/e2e/lrs.sh shows the same against a real LRS.
source "$(dirname "$0")/kit.sh"
unit test_lrs poison one_conflict it_stumbles_over_one poison_alone_waits_for_company refuses_everything
unit test_send rejected_statements_are_shown one_refused_packet_blocks_nobody
