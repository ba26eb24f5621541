#!/bin/bash
# Another file lies under the name half-way: refused at its first chunk, with false chunk lists at the latest by the hash.
source "$(dirname "$0")/kit.sh"
unit test_part a_splice_is_caught_within_its_chunk always_wrong_ends a_false_list_is_found_out
unit test_fetch_blob replaced_files
