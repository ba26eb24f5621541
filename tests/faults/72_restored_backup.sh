#!/bin/bash
# An old backup restored, or a database behind what was sent: a new key and epoch, vouched for by the old key, so that no
# sequence number ever stands for two statements.
source "$(dirname "$0")/kit.sh"
unit test_device a_restored_backup a_database_behind damaged_identity_files a_disk_that_fails
unit test_send a_new_epoch_says_whom_it_follows
unit test_ingest restored_backup_goes_on_under_a_new_name
