#!/bin/bash
# A server that answers 206 whatever If-Range says (as s3rver does): the other file's bytes are not kept.
source "$(dirname "$0")/kit.sh"
unit test_fetch_blob replaced_files_where_if_range_is_ignored random_links_never_keep_a_wrong_byte
