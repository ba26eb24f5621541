#!/bin/bash
# A stick copied by hand, with missing files and a renamed folder: what verifies is installed, the rest is listed.
source "$(dirname "$0")/kit.sh"
unit test_stick a_stick_copied_by_hand_gives_what_verifies
