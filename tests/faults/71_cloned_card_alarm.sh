#!/bin/bash
# A copied card: each copy gets a key and an epoch of its own before it sends; at the hub each successor is taken, all
# statements are kept, and the alarm rings whichever way it shows.
source "$(dirname "$0")/kit.sh"
unit test_ingest two_heirs_ring old_one_that_lives_on_rings one_name_in_two_machines_rings_and_keeps_all restored_backup_goes_on_under_a_new_name
unit test_device a_cloned_card a_cut_between_any_two_writes
unit test_send a_new_epoch_says_whom_it_follows
