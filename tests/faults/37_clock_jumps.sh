#!/bin/bash
# The clock jumps by years while somebody studies: seconds come from the clock that only counts, none is negative or lost.
source "$(dirname "$0")/kit.sh"
unit test_fact test_strange_clocks
unit test_writer test_floor
unit test_study test_random_walks_keep_the_bounds
