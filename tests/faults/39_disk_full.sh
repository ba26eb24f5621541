#!/bin/bash
# The disk is full at each write: answers go into the reserve, nothing acknowledged is lost, lessons still open.
source "$(dirname "$0")/kit.sh"
source "$(dirname "$0")/cut_kit.sh"
cut "disk full"
unit test_writer test_full_disk_gives_up_the_reserve test_one_bad_item_stays_alone
unit test_install every_write_may_fail
