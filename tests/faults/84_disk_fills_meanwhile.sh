#!/bin/bash
# Records fill the disk while lessons are copied: the copying stops, the records are saved.
source "$(dirname "$0")/kit.sh"
unit test_install disk_fills_while_copying too_little_room
unit test_writer test_full_disk_gives_up_the_reserve
