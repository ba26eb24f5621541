#!/bin/bash
# Zones and summer time: a month is the local one, a lesson over midnight is split, no day counts twice.
source "$(dirname "$0")/kit.sh"
unit test_hours test_month_is_local
unit test_fact test_midnight_of_a_month
