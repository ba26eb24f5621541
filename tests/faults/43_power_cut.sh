#!/bin/bash
# Power cuts on a real ext4: any subset of the writes after the last flush, mounted and looked at.
source "$(dirname "$0")/kit.sh"
source "$(dirname "$0")/cut_kit.sh"
script states/states.sh 36
