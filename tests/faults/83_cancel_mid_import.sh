#!/bin/bash
# An import is cancelled, a course removed: its room is freed, files that others share stay.
source "$(dirname "$0")/kit.sh"
unit test_install goes_on_where_it_stopped
unit test_library test_shared_files_stay test_versions
