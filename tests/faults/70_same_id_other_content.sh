#!/bin/bash
# Two statements under one id: both kept, an alarm rings, nobody is blocked.
source "$(dirname "$0")/kit.sh"
unit test_ingest conflict_keeps_both_and_rings poison_is_set_aside_and_the_rest_goes_on
unit test_lrs one_conflict
