#!/bin/bash
# A tail of zeros where a cut came before the bytes: verified, not trusted by its length.
source "$(dirname "$0")/kit.sh"
source "$(dirname "$0")/cut_kit.sh"
unit test_install a_rotten_part_is_copied_anew
unit test_part zeros_in_whole_chunks_are_found_at_once zeros_at_the_tail_cost_their_chunk without_a_list_the_mark_says_what_was_durable
script states/states.sh 36
