#!/bin/bash
# A thief used up all version numbers and dates: after two root keys changed the roles, everything goes on from the old numbers.
source "$(dirname "$0")/kit.sh"
unit test_root recovers_from_a_fast_forward
