#!/bin/bash
# No more open files, no memory, errors of every call: before or after, whole, and it can be done again.
source "$(dirname "$0")/kit.sh"
source "$(dirname "$0")/cut_kit.sh"
script syscalls.sh errors
