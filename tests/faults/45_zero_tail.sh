#!/bin/bash
# A tail of zeros where a cut came before the bytes: verified, not trusted by its length.
source "$(dirname "$0")/kit.sh"
source "$(dirname "$0")/cut_kit.sh"
unit test_install a_rotten_part_is_copied_anew
script states/states.sh 24 45
