#!/bin/bash
# Links, FIFOs and devices in WEIKE/ are passed over; writing replaces a link and never goes through it.
source "$(dirname "$0")/kit.sh"
unit test_stick_scan links_and_devices_are_passed_over writing_follows_no_link
