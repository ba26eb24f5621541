#!/bin/bash
# A kernel or driver that hangs is a matter of the hardware watchdog.
# shellcheck source=tests/faults/kit.sh
source "$(dirname "$0")/kit.sh"
not_here "a hung kernel needs a machine of its own with a hardware watchdog"
