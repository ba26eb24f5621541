#!/bin/bash
# The journal of a killed run was deleted: opened up to the last checkpoint, filled from the backup, and said.
source "$(dirname "$0")/kit.sh"
unit test_repair test_deleted_journal test_journal_gone_but_backup_newer test_killed_is_not_damaged
