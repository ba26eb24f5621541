#!/bin/bash
# A key that stands twice in an object: refused in lists, manifests and roots, so that signer and reader agree.
source "$(dirname "$0")/kit.sh"
unit test_install every_bad_tree_is_refused
unit test_tree bad_timestamps
unit test_root bad_documents
