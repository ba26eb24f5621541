#!/bin/bash
# A damaged database: the newest good backup, and all newer records that can be read and verified; it says what is missing.
source "$(dirname "$0")/kit.sh"
unit test_repair test_damaged_page test_zeroed_header test_emptied_and_deleted test_damaged_backup_is_passed_over \
    test_no_backup_at_all test_repair_cut_off test_damage_met_while_running
