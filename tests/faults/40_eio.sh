#!/bin/bash
# A write or an fsync fails: written again as a whole, never believed; nothing acknowledged is lost.
source "$(dirname "$0")/kit.sh"
source "$(dirname "$0")/cut_kit.sh"
cut "write error"
unit test_writer test_one_failed_write_is_written_again
unit test_install every_write_may_fail
