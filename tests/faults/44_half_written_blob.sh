#!/bin/bash
# A blob that is half here: goes on from what was verified, is never played or passed on before it is whole.
source "$(dirname "$0")/kit.sh"
unit test_install goes_on_where_it_stopped a_rotten_part_is_copied_anew stick_pulled_out
unit test_part a_kill_costs_nothing
unit test_fetch cuts_cost_nothing
unit test_library test_parts_are_checked
