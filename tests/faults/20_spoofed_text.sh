#!/bin/bash
# Bad UTF-8 and NUL are refused; characters that turn or hide text are taken out before it is shown.
source "$(dirname "$0")/kit.sh"
unit test_install every_bad_tree_is_refused
unit test_course test_titles_cannot_hide_characters
